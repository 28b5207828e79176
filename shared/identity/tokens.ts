import type { Role, Scope } from '#shared/kernel/access.ts';
import type { TenantId } from '#shared/kernel/ids.ts';

/** The content of a verified access token. */
export interface VerifiedToken {
  issuer: string;
  /** `sub`: the id of the person or client at the issuer. */
  subject: string;
  /** `iat`: seconds since 1970. */
  issuedAt: number;
  /** The token's scopes, limited to those of its role. */
  scopes: Scope[];
  role?: Role;
  tenant?: TenantId;
  name?: string;
  email?: string;
}

export interface TokenVerifier {
  /** @throws Problem `unauthenticated` or `token_expired`; `dependency_unavailable` if the issuer's keys cannot be read */
  verify(token: string): Promise<VerifiedToken>;
}
