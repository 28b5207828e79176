/** An OpenID Connect issuer whose tokens are taken beside those of the service's own user pool. Names as configured. */
export interface TrustedIssuer {
  /** Its `iss`, character by character. */
  issuer: string;
  /** What its tokens' `aud` must hold. */
  audience: string;
  /** Where its keys are; `{issuer}/.well-known/jwks.json`, if left out. */
  jwks_uri?: string | undefined;
  /** The tenants that it may speak for. */
  tenants: '*' | readonly string[];
  /** Whether it may make somebody a SystemAdmin. */
  operators?: boolean | undefined;
}

/** A tenant's own identity provider must not make tokens for another tenant. */
export const maySpeakFor = ({ tenants }: Pick<TrustedIssuer, 'tenants'>, tenant: string): boolean =>
  tenants === '*' || tenants.includes(tenant);
