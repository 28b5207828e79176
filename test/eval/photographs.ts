import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** An image to store, loaded on demand. */
export interface NamedImage {
  name: string;
  load: () => Promise<Uint8Array>;
}

/** Lists the photographs in a folder, by name, at most `limit`. */
export async function photographs(folder: string, limit: number): Promise<NamedImage[]> {
  const names = (await readdir(folder)).filter((name) => /\.(jpe?g|png|webp)$/i.test(name)).sort();
  return names.slice(0, limit).map((name) => ({ name, load: () => readFile(join(folder, name)) }));
}
