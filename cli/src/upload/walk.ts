import type { Dirent, Stats } from 'node:fs';
import { lstat, opendir } from 'node:fs/promises';
import { basename, dirname, join, matchesGlob, relative, resolve, sep } from 'node:path';
import { CliError } from '../errors.ts';
import { EXIT } from '../exit-codes.ts';

/** The names of pictures that the service reads, by their ending. */
const PICTURE = /\.(jpe?g|png|webp|gif|tiff?|avif|hei[cf]|bmp|dng|cr2|nef|arw|orf|rw2|raf)$/i;

export interface Found {
  path: string;
  /** Below the folder that was named, with `/`; of a file that was named, its name. */
  name: string;
  size: number;
  mtimeMs: number;
}

export interface WalkOptions {
  /** Globs of names below the folder: `*` within a folder, `**` across folders. Without any, endings decide. */
  include?: readonly string[];
  exclude?: readonly string[];
  /** Only files changed since. */
  since?: Date;
  /** Told of each folder that cannot be read. */
  onUnreadable?: (path: string, reason: string) => void;
}

/** A glob without `/` means a file's name, wherever it is, as in `.gitignore`. */
export const matches = (name: string, glob: string): boolean =>
  matchesGlob(glob.includes('/') ? name : basename(name), glob);

export const isWanted = (name: string, { include = [], exclude = [] }: WalkOptions): boolean =>
  (include.length > 0 ? include.some((glob) => matches(name, glob)) : PICTURE.test(name)) &&
  !exclude.some((glob) => matches(name, glob));

/**
 * Finds pictures, one at a time: what is held is one open folder a level. Hidden files and folders and symbolic links are
 * left out; a file that is named itself is taken whatever its name is.
 */
export async function* walk(paths: readonly string[], options: WalkOptions = {}): AsyncGenerator<Found> {
  for (const path of paths) {
    const root = resolve(path);
    const stats = await lstat(root).catch(() => undefined);
    if (!stats) throw new CliError(`There is no file or folder ${path}.`, EXIT.notFound);
    if (stats.isDirectory()) yield* walkFolder(root, root, options);
    else if (stats.isFile()) yield foundAt(root, dirname(root), stats);
    else throw new CliError(`${path} is neither a file nor a folder.`);
  }
}

async function* walkFolder(root: string, folder: string, options: WalkOptions): AsyncGenerator<Found> {
  let entries: AsyncIterable<Dirent>;
  try {
    entries = await opendir(folder);
  } catch (error) {
    options.onUnreadable?.(folder, reasonOf(error));
    return;
  }
  for await (const entry of entries) {
    if (entry.name.startsWith('.')) continue;
    const path = join(folder, entry.name);
    if (entry.isDirectory()) yield* walkFolder(root, path, options);
    else if (entry.isFile()) yield* wantedFile(root, path, options);
  }
}

async function* wantedFile(root: string, path: string, options: WalkOptions): AsyncGenerator<Found> {
  if (!isWanted(nameBelow(root, path), options)) return;
  try {
    const stats = await lstat(path);
    if (!options.since || stats.mtimeMs >= options.since.getTime()) yield foundAt(path, root, stats);
  } catch (error) {
    options.onUnreadable?.(path, reasonOf(error));
  }
}

const nameBelow = (root: string, path: string): string => relative(root, path).split(sep).join('/');
const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
const foundAt = (path: string, root: string, { size, mtimeMs }: Stats): Found => ({
  path,
  name: nameBelow(root, path),
  size,
  mtimeMs,
});
