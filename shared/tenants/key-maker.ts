import * as z from 'zod';
import { SCOPES, type Scope } from '#shared/kernel/access.ts';
import type { Caller } from '#shared/kernel/caller.ts';
import { Problem } from '#shared/kernel/problems.ts';

/** The caller that makes or rotates a key. */
export type KeyMaker = Pick<Caller, 'kind' | 'subject' | 'scopes' | 'issuer'>;

/** Who made a key, as stored and on the wire. */
export const CreatedBy = z.object({ kind: z.enum(['key', 'person', 'operator']), subject: z.string() });

/** The person who made a key, or who made the key that made it: revoking the person ends the key. */
export const Responsible = z.object({ issuer: z.string(), subject: z.string() });
export type Responsible = z.infer<typeof Responsible>;

/**
 * Rejects a key that allows more than its maker may do. Every way to a key's secret passes this check.
 * @throws Problem `missing_scope`
 */
export function checkMayGive({ kind, scopes: own }: KeyMaker, scopes: readonly Scope[]): void {
  const allowed: readonly Scope[] = kind === 'operator' ? SCOPES : own;
  const excess = scopes.filter((scope) => !allowed.includes(scope));
  if (excess.length > 0)
    throw new Problem(
      'missing_scope',
      `You cannot make or rotate a key with scopes that you do not have: ${excess.join(', ')}. Use a credential that has them.`,
    );
}

/** Returns the maker as it is stored with a key. @param makersKey the key that the maker calls with, if it is one */
export function madeBy(
  { kind, subject, issuer }: KeyMaker,
  makersKey: { responsible?: Responsible } | undefined,
): { created_by?: z.infer<typeof CreatedBy>; responsible?: Responsible } {
  if (kind === 'nobody') return {};
  const responsible =
    kind === 'person' && issuer !== undefined ? { issuer, subject } : makersKey?.responsible;
  return { created_by: { kind, subject }, ...(responsible && { responsible }) };
}
