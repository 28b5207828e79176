import type { Role, Scope } from '#shared/kernel/access.ts';
import type { TenantId } from '#shared/kernel/ids.ts';

/** What a valid access token says. */
export interface VerifiedToken {
  issuer: string;
  /** The person's or the client's id at the issuer. */
  subject: string;
  /** `iat`: seconds since 1970. */
  issuedAt: number;
  /** Those of our scopes that the token carries, never more than its role allows. */
  scopes: Scope[];
  role?: Role;
  tenant?: TenantId;
}

export interface TokenVerifier {
  /** @throws Problem `unauthenticated` or `token_expired`; `dependency_unavailable` where the issuer's keys can't be read */
  verify(token: string): Promise<VerifiedToken>;
}
