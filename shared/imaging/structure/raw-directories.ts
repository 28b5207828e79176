import { MAX_PARTS } from './structure.ts';
import { type Entry, firstDirectory, readDirectory, type TiffFile, tiffFile } from './tiff-directory.ts';

/** Cameras write fewer than 20. */
const MAX_DIRECTORIES = 100;
const SUB_DIRECTORIES = 330;
const [COMPRESSION, PHOTOMETRIC, DNG_VERSION] = [259, 262, 50_706] as const;
/** Samples of a sensor: a colour filter's array, and linear ones. */
const SENSOR_SAMPLES = [32_803, 34_892];
/** Compressions of Sony, Nikon and Pentax. */
const SENSOR_COMPRESSIONS = [32_767, 34_713, 65_535];
const CANON = 'CR';

/** The first entry of each tag of a directory. */
export type Tags = ReadonlyMap<number, Entry>;

/** Lists the directories of a file, sub-directories among them, each once and in the order in which they are found. */
export function* directoriesOf(file: TiffFile): Generator<Tags> {
  const queue = [firstDirectory(file)];
  const seen = new Set<number>();
  let parts = 0;
  for (let at = queue.shift(); at !== undefined; at = queue.shift()) {
    if (at === 0 || at >= file.buffer.length || seen.has(at)) continue;
    seen.add(at);
    if (seen.size > MAX_DIRECTORIES) return;
    const { entries, next } = readDirectory(file, at);
    parts += entries.length;
    if (parts > MAX_PARTS) return;
    const tags = new Map(entries.toReversed().map((entry): [number, Entry] => [entry.tag, entry]));
    yield tags;
    queue.push(next, ...valuesOf(file, tags.get(SUB_DIRECTORIES), MAX_DIRECTORIES));
  }
}

/**
 * Returns true if a TIFF holds the samples of a sensor. Its first page is then a small copy, or nothing that a decoder
 * reads.
 */
export function holdsSensorSamples(buffer: Buffer): boolean {
  if (buffer.toString('latin1', 8, 10) === CANON) return true;
  try {
    const file = tiffFile(buffer);
    if (!file) return false;
    for (const tags of directoriesOf(file)) {
      const has = (tag: number, values: readonly number[]) =>
        values.includes(valuesOf(file, tags.get(tag), 1)[0] ?? 0);
      if (tags.has(DNG_VERSION)) return true;
      if (has(PHOTOMETRIC, SENSOR_SAMPLES) || has(COMPRESSION, SENSOR_COMPRESSIONS)) return true;
    }
  } catch (error) {
    if (!(error instanceof RangeError)) throw error; // a directory beyond the end
  }
  return false;
}

export const valuesOf = (file: TiffFile, entry: Entry | undefined, limit: number): number[] =>
  entry ? Array.from({ length: Math.min(entry.count, limit) }, (_, index) => file.reader(entry)(index)) : [];
