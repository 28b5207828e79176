import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

export interface Picture {
  name: string;
  load: () => Promise<Uint8Array>;
}

/** The photographs in a folder, by name; no more than `limit`. */
export async function photographs(folder: string, limit: number): Promise<Picture[]> {
  const names = (await readdir(folder)).filter((name) => /\.(jpe?g|png|webp)$/i.test(name)).sort();
  return names.slice(0, limit).map((name) => ({ name, load: () => readFile(join(folder, name)) }));
}
