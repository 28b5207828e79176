/** A client of an OpenID provider. Its endpoints are named: they may lie elsewhere than the issuer's. */
export interface OidcConfig {
  client_id: string;
  /** Separated by spaces. */
  scope: string;
  metadata: {
    issuer: string;
    authorization_endpoint: string;
    token_endpoint: string;
    revocation_endpoint: string;
  };
  /** Ends the issuer's session; `{origin}` is where it leads back to. */
  logout_url: string;
}

/** What the place where the console is served says of itself: `/config.json`. */
export interface Config {
  /** The API with its version, on this origin. */
  api: string;
  version: string;
  /** How people sign in; without it by API key alone. */
  oidc?: OidcConfig;
  /** A sentence for the sign-in page. */
  hint?: string;
}

/** Reads `/config.json`. @throws Error if it is not served, or no configuration */
export async function loadConfig(): Promise<Config> {
  const reply = await fetch('/config.json');
  if (!reply.ok) throw new Error(`/config.json: ${reply.status}`);
  const { api, version, hint, oidc }: Partial<Config> = await reply.json();
  if (typeof api !== 'string' || typeof version !== 'string')
    throw new Error('/config.json has no api and version.');
  return { api, version, ...(oidc && { oidc }), ...(typeof hint === 'string' && { hint }) };
}
