import type { Embedder } from './embedder.ts';

/** The models of an environment, its default first. Each is loaded on first use, once. */
export interface InstalledModels {
  readonly names: readonly [string, ...string[]];
  /** @throws Problem `internal_error` if it cannot be loaded; the next call tries again */
  embedder(name: string): Promise<Embedder>;
}

/** @param load is called once per model, and again only after a failure */
export function installedModels(
  names: readonly [string, ...string[]],
  load: (name: string) => Promise<Embedder>,
): InstalledModels {
  const loaded = new Map<string, Promise<Embedder>>();
  return {
    names,
    embedder(name) {
      const known = loaded.get(name);
      if (known) return known;
      const loading = load(name);
      loaded.set(name, loading);
      loading.catch(() => loaded.delete(name));
      return loading;
    },
  };
}
