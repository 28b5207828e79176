import { oncePerKey } from '#shared/kernel/once-per-key.ts';
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
  return { names, embedder: oncePerKey(load) };
}
