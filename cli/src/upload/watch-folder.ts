import { stat } from 'node:fs/promises';
import { relative, sep } from 'node:path';
import { watch } from 'chokidar';
import { type Found, isWanted, type WalkOptions } from './walk.ts';

/** A file is whole once its size has not changed for so long, in milliseconds. */
const SETTLED_MS = 2_000;
const LOOK_MS = 500;

/**
 * Yields the pictures of a folder, then those that appear in it or change, once their size has settled, until `signal` is
 * aborted.
 */
export async function* watchFolder(
  folder: string,
  options: WalkOptions & { signal: AbortSignal; settledMs?: number; onReady?: () => void },
): AsyncGenerator<Found> {
  const { signal, settledMs = SETTLED_MS } = options;
  const nameOf = (path: string) => relative(folder, path).split(sep).join('/');
  const found = new Set<string>();
  let wake = () => {};
  let failed: unknown;
  const watcher = watch(folder, {
    followSymlinks: false,
    ignored: (path) =>
      nameOf(path)
        .split('/')
        .some((part) => part.startsWith('.') && part !== '..'),
    awaitWriteFinish: { stabilityThreshold: settledMs, pollInterval: Math.min(LOOK_MS, settledMs) },
  });
  const notice = (path: string) => {
    if (!isWanted(nameOf(path), options)) return;
    found.add(path);
    wake();
  };
  watcher.on('add', notice).on('change', notice);
  watcher.on('ready', () => options.onReady?.());
  watcher.on('error', (error) => {
    failed = error;
    wake();
  });
  const end = () => wake();
  signal.addEventListener('abort', end);
  try {
    while (!signal.aborted) {
      if (failed !== undefined) throw failed;
      const [path] = found;
      if (path === undefined) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
        continue;
      }
      found.delete(path);
      const stats = await stat(path).catch(() => undefined);
      if (stats?.isFile()) yield { path, name: nameOf(path), size: stats.size, mtimeMs: stats.mtimeMs };
    }
  } finally {
    signal.removeEventListener('abort', end);
    await watcher.close();
  }
}
