import type { Scope } from '#shared/kernel/access.ts';
import type { KeyId, TenantId } from '#shared/kernel/ids.ts';
import type { KeyKind } from '#shared/kernel/vocabulary.ts';

/** An API key as stored: with the SHA-256 of the whole key, never with its secret. */
export interface ApiKey {
  key_id: KeyId;
  tenant_id: TenantId;
  kind: KeyKind;
  name: string;
  hash: string;
  scopes: Scope[];
  /** The key's id in API Gateway, where it belongs to a usage plan. */
  gateway_key_id: string;
  created_at: string;
  expires_at?: string;
  revoked_at?: string;
  /** Accurate to the minute. */
  last_used_at?: string;
  /** The key that it was rotated to. */
  replaced_by?: KeyId;
}

export type KeyState = 'active' | 'expired' | 'revoked';

/** Returns whether the key works. @param now RFC 3339 */
export function keyState(
  { revoked_at, expires_at }: Pick<ApiKey, 'revoked_at' | 'expires_at'>,
  now: string,
): KeyState {
  if (revoked_at !== undefined) return 'revoked';
  return expires_at !== undefined && expires_at <= now ? 'expired' : 'active';
}
