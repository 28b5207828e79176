/** What the place where the console is served says of itself: `/config.json`. */
export interface Config {
  /** The API with its version, on this origin. */
  api: string;
  version: string;
  /** A sentence for the sign-in page. */
  hint?: string;
}

/** Reads `/config.json`. @throws Error if it is not served, or no configuration */
export async function loadConfig(): Promise<Config> {
  const reply = await fetch('/config.json');
  if (!reply.ok) throw new Error(`/config.json: ${reply.status}`);
  const { api, version, hint }: Partial<Config> = await reply.json();
  if (typeof api !== 'string' || typeof version !== 'string')
    throw new Error('/config.json has no api and version.');
  return { api, version, ...(typeof hint === 'string' && { hint }) };
}
