import { Problem } from '#shared/kernel/problems.ts';
import { MAX_PARTS, MAX_PROFILE_BYTES, type Structure, truncated } from './structure.ts';
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
  const first = new Map(entries.toReversed().map((entry): [number, Entry] => [entry.tag, entry]));
  checkTile(file, first.get(TILE_WIDTH), first.get(TILE_HEIGHT));
  const needed = [...first.values()].filter(isNeeded).sort((one, other) => one.tag - other.tag);
  if (needed.some(({ at, bytes }) => at + bytes > buffer.length)) throw truncated();
  const cut = DATA_TAGS.flatMap(([offsets, lengths]) =>
    cutData(file, first.get(offsets), first.get(lengths)),
  );
  const profileIgnored = (first.get(PROFILE)?.bytes ?? 0) > MAX_PROFILE_BYTES;
  return {
    decodable: withDirectory(cut.length > 0 ? shortened(buffer, cut) : file, needed),
    pages,
    scans: 1,
    profileIgnored,
    ...(cut.length > 0 && { cutOff: 'maybe' }),
  };
}

function isNeeded({ tag, type, bytes }: Entry): boolean {
  if (tag === PROFILE) return bytes <= MAX_PROFILE_BYTES;
  if (tag < FIRST_TAG || tag > LAST_TAG || tag === SUB_DIRECTORIES || type === ASCII) return false;
  return LISTS.includes(tag) || bytes <= MAX_VALUE_BYTES;
}

/** A strip or tile that claims more bytes than there are behind its offset. */
interface CutData {
  lengths: Entry;
  index: number;
  left: number;
}

/** @throws Problem `truncated` if a strip or tile begins beyond the end */
function cutData(file: TiffFile, offsets?: Entry, lengths?: Entry): CutData[] {
  if (!offsets || !lengths) return [];
  const [offsetAt, lengthAt] = [file.reader(offsets), file.reader(lengths)];
  const cut: CutData[] = [];
  for (let index = 0; index < Math.min(offsets.count, lengths.count); index++) {
    const left = file.buffer.length - offsetAt(index);
    if (lengthAt(index) <= left) continue;
    if (left <= 0 || cut.length > MAX_PARTS) throw truncated();
    cut.push({ lengths, index, left });
  }
  return cut;
}

/** Copies the file with the lengths that there are: the decoder shows whether they are enough. */
function shortened(buffer: Buffer, cut: readonly CutData[]): TiffFile {
  const file = tiffFile(Buffer.from(buffer));
  if (!file) throw truncated();
  for (const { lengths, index, left } of cut) file.write(lengths, index, left);
  return file;
}

function checkTile(file: TiffFile, width: Entry | undefined, height: Entry | undefined): void {
  if (!width?.count || !height?.count) return;
  if (file.reader(width)(0) * file.reader(height)(0) > MAX_TILE_PIXELS) {
    throw new Problem('too_many_pixels', `A tile of the image has more than ${MAX_TILE_PIXELS} pixels.`);
  }
}
