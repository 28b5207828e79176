import type { SecretStore } from './secret-store.ts';

/** How long a replaced secret may still be used. */
export const SECRET_CACHE_SECONDS = 300;
/** Entries; the oldest one makes room. */
const MOST = 1_000;

/**
 * Reads secrets through a cache of the process, so that a busy function asks once in five minutes for each. A failure and
 * the absence of a secret are not cached.
 */
export function cachedSecrets(
  secrets: Pick<SecretStore, 'get'>,
  now: () => number = Date.now,
): Pick<SecretStore, 'get'> {
  const read = new Map<string, { until: number; value: Promise<string | undefined> }>();
  return {
    async get(tenant, path) {
      const key = JSON.stringify([tenant, path]);
      const known = read.get(key);
      if (known && now() < known.until) return known.value;
      const value = secrets.get(tenant, path);
      read.delete(key);
      read.set(key, { until: now() + SECRET_CACHE_SECONDS * 1000, value });
      const [oldest] = read.size > MOST ? read.keys() : [];
      if (oldest !== undefined) read.delete(oldest);
      const forget = () => read.get(key)?.value === value && read.delete(key);
      return value.then(
        (found) => {
          if (found === undefined) forget();
          return found;
        },
        (error: unknown) => {
          forget();
          throw error;
        },
      );
    },
  };
}
