import { Problem } from '#shared/kernel/problems.ts';
import { MAX_PROFILE_BYTES, type Structure, truncated } from './structure.ts';
import { type Entry, type TiffFile, tiffFile, withDirectory } from './tiff-directory.ts';
import { readPages } from './tiff-pages.ts';

const ASCII = 2;
/** Offsets of strips and tiles, and the tags with their lengths. */
const DATA_TAGS = [
  [273, 279],
  [324, 325],
] as const;
const LISTS: readonly number[] = DATA_TAGS.flat();
const SUB_DIRECTORIES = 330;
const PROFILE = 34_675;
/** The tags that describe pixels are in this range; private ones and metadata begin at 32768. */
const [FIRST_TAG, LAST_TAG] = [254, 532] as const;
/** A colour map of 16 bits has 393 216 bytes. Larger values of tags that are no lists are dropped. */
const MAX_VALUE_BYTES = 524_288;
const [TILE_WIDTH, TILE_HEIGHT] = [322, 323] as const;
/** The decoder holds a whole tile. Scanners and GIS write tiles of up to 1 Mpx. */
const MAX_TILE_PIXELS = 16_777_216;

/**
 * Walks the directories, and the data that the first page points to. The decodable file has a directory of only what pixels
 * need, each tag once, at its end: libtiff never meets further tags and directories.
 */
export function tiffStructure(buffer: Buffer): Structure {
  const file = tiffFile(buffer);
  // Other magic numbers: the decoder reports them.
  if (!file) return { decodable: buffer, scans: 1 };
  const { page, pages } = readPages(file);
  const { entries } = page;
  if (entries.some(({ at, bytes }) => at + bytes > buffer.length)) throw truncated();
  const first = new Map(entries.toReversed().map((entry): [number, Entry] => [entry.tag, entry]));
  for (const [offsets, lengths] of DATA_TAGS) checkData(file, first.get(offsets), first.get(lengths));
  checkTile(file, first.get(TILE_WIDTH), first.get(TILE_HEIGHT));
  const needed = [...first.values()].filter(isNeeded).sort((one, other) => one.tag - other.tag);
  const profileIgnored = (first.get(PROFILE)?.bytes ?? 0) > MAX_PROFILE_BYTES;
  return { decodable: withDirectory(file, needed), pages, scans: 1, profileIgnored };
}

function isNeeded({ tag, type, bytes }: Entry): boolean {
  if (tag === PROFILE) return bytes <= MAX_PROFILE_BYTES;
  if (tag < FIRST_TAG || tag > LAST_TAG || tag === SUB_DIRECTORIES || type === ASCII) return false;
  return LISTS.includes(tag) || bytes <= MAX_VALUE_BYTES;
}

/** @throws Problem `truncated` if a strip or tile lies beyond the end */
function checkData(file: TiffFile, offsets: Entry | undefined, lengths: Entry | undefined): void {
  if (!offsets || !lengths) return;
  const [offsetAt, lengthAt] = [file.reader(offsets), file.reader(lengths)];
  const count = Math.min(offsets.count, lengths.count);
  for (let index = 0; index < count; index++) {
    if (offsetAt(index) + lengthAt(index) > file.buffer.length) throw truncated();
  }
}

function checkTile(file: TiffFile, width: Entry | undefined, height: Entry | undefined): void {
  if (!width?.count || !height?.count) return;
  if (file.reader(width)(0) * file.reader(height)(0) > MAX_TILE_PIXELS) {
    throw new Problem('too_many_pixels', `A tile of the image has more than ${MAX_TILE_PIXELS} pixels.`);
  }
}
