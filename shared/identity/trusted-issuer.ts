/** An OpenID Connect issuer that is accepted besides the service's own user pool. Names as configured. */
export interface TrustedIssuer {
  /** The exact `iss` of its tokens. */
  issuer: string;
  /** The required `aud` of its tokens. */
  audience: string;
  /** URL of its key set; default `{issuer}/.well-known/jwks.json`. */
  jwks_uri?: string | undefined;
  /** Tenants that it may issue tokens for. */
  tenants: '*' | readonly string[];
  /** True if its tokens may carry the role SystemAdmin. */
  operators?: boolean | undefined;
}

/** Returns true if the issuer may issue tokens for the tenant: a tenant's identity provider must not for another's. */
export const mayIssueFor = ({ tenants }: Pick<TrustedIssuer, 'tenants'>, tenant: string): boolean =>
  tenants === '*' || tenants.includes(tenant);
