import * as z from 'zod';
import { SCOPES } from '#shared/kernel/access.ts';
import { KeyIdField, TenantIdField } from '#shared/kernel/id-fields.ts';
import { KEY_KINDS } from '#shared/kernel/vocabulary.ts';
import { CreatedBy, Responsible } from './key-maker.ts';

/** An API key as stored: with the SHA-256 of the whole key, never with its secret. */
export const ApiKey = z.object({
  key_id: KeyIdField,
  tenant_id: TenantIdField,
  kind: z.enum(KEY_KINDS),
  name: z.string(),
  hash: z.string(),
  scopes: z.array(z.enum(SCOPES)),
  /** Of a publishable key: the origins of the pages that may use it; absent: any. */
  allowed_origins: z.array(z.string()).exactOptional(),
  created_at: z.string(),
  /** Absent for a tenant's first key, and for keys made before 0.2. */
  created_by: CreatedBy.exactOptional(),
  responsible: Responsible.exactOptional(),
  expires_at: z.string().exactOptional(),
  revoked_at: z.string().exactOptional(),
  /** Accurate to the minute. */
  last_used_at: z.string().exactOptional(),
  /** Identifies the repetitions of the call that made it. */
  repeat_key: z.string().exactOptional(),
  /** The key that it was rotated to. */
  replaced_by: KeyIdField.exactOptional(),
});
export type ApiKey = z.infer<typeof ApiKey>;

export type KeyState = 'active' | 'expired' | 'revoked';

/** Returns whether the key works. @param now RFC 3339 */
export function keyState(
  { revoked_at, expires_at }: Pick<ApiKey, 'revoked_at' | 'expires_at'>,
  now: string,
): KeyState {
  if (revoked_at !== undefined) return 'revoked';
  return expires_at !== undefined && expires_at <= now ? 'expired' : 'active';
}
