import { Problem } from '#shared/kernel/problems.ts';
import type { Revocations } from './revocations.ts';

/**
 * Seconds that a revocation is remembered. The pool's access tokens live an hour (`accessTokenValidity` in
 * `infra/stacks/identity.ts`); those of other issuers are taken to live a day at most.
 */
export const REMEMBERED_SECONDS = 24 * 60 * 60;

/**
 * Refuses all tokens that a person or client holds now.
 * @param issuers those whose tokens are taken; the first one is meant where none is named
 */
export const revokeTokens =
  ({ revocations, issuers }: { revocations: Revocations; issuers: readonly [string, ...string[]] }) =>
  /** @throws Problem `invalid_request` where nobody's tokens come from the issuer: a slip would revoke nothing */
  async (subject: string, issuer = issuers[0]): Promise<{ issuer: string; at: Date }> => {
    if (!issuers.includes(issuer))
      throw new Problem('invalid_request', `Tokens of ${issuer} are not taken.`, {
        errors: [{ pointer: '/issuer', message: `must be one of ${issuers.join(', ')}` }],
      });
    const at = new Date();
    await revocations.revoke(issuer, subject, at, REMEMBERED_SECONDS);
    return { issuer, at };
  };
