import { limitParts, MAX_PARTS } from './structure.ts';
import {
  type Directory,
  type Entry,
  firstDirectory,
  readDirectory,
  type TiffFile,
} from './tiff-directory.ts';

const [NEW_SUBFILE_TYPE, SUBFILE_TYPE] = [254, 255] as const;
/** Bits of `NewSubfileType`: a reduced copy of another page, and a mask. */
const REDUCED_OR_MASK = 0b101;
/** A value of the older `SubfileType`. */
const REDUCED = 2;

/**
 * Returns the first page, and how many there are: reduced copies and masks are none. Directories that lie beyond the end,
 * or lead in a circle, end the list.
 * @throws Problem `truncated` if the first directory is beyond the end
 */
export function readPages(file: TiffFile): { page: Directory; pages: number } {
  const first = readDirectory(file, firstDirectory(file));
  limitParts(first.entries.length);
  const seen = new Set([firstDirectory(file)]);
  const pages: Directory[] = [];
  let parts = 0;
  for (let current: Directory | undefined = first; current; ) {
    parts += current.entries.length + 1;
    if (!isCopy(file, current.entries)) pages.push(current);
    if (current.next === 0 || seen.has(current.next) || parts > MAX_PARTS) break;
    seen.add(current.next);
    current = readNext(file, current.next);
  }
  return { page: pages[0] ?? first, pages: Math.max(1, pages.length) };
}

function readNext(file: TiffFile, at: number): Directory | undefined {
  try {
    return readDirectory(file, at);
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

function isCopy(file: TiffFile, entries: readonly Entry[]): boolean {
  const value = (tag: number) => {
    const entry = entries.find((one) => one.tag === tag);
    return entry?.count === 1 ? file.reader(entry)(0) : 0;
  };
  return (value(NEW_SUBFILE_TYPE) & REDUCED_OR_MASK) !== 0 || value(SUBFILE_TYPE) === REDUCED;
}
