import { SEND_INSTEAD } from '#shared/kernel/media-types.ts';
import { Problem } from '#shared/kernel/problems.ts';
import { orientationBlock, readExifTags } from '../exif-block.ts';
import { jpegSize, jpegStructure, withExif } from './jpeg.ts';
import { MAX_EXIF_BYTES, MAX_PARTS, type Structure } from './structure.ts';
import { type Entry, firstDirectory, readDirectory, type TiffFile, tiffFile } from './tiff-directory.ts';

/** The longer side that a preview must have. */
const MIN_PREVIEW = 512;
/** The second number of TIFF, and those of Olympus and Panasonic, who write the same structure. */
const MAGICS = [42, 0x4f52, 0x5352, 0x55];
const FUJIFILM = 'FUJIFILMCCD-RAW';
/** Cameras write fewer than 20. */
const MAX_DIRECTORIES = 100;
const TAGS = {
  strips: 273,
  stripLengths: 279,
  subDirectories: 330,
  jpeg: 513,
  jpegLength: 514,
  panasonic: 46,
};

/** Finds the largest JPEG that a camera embedded in a RAW file: the decodable file is that, upright as the RAW file is. */
export function rawStructure(file: Buffer): Structure {
  const isFujifilm = file.toString('latin1', 0, FUJIFILM.length) === FUJIFILM;
  const [preview] = (
    isFujifilm ? [jpegAt(file, file.readUInt32BE(84), file.readUInt32BE(88))] : previewsOf(file)
  )
    .filter((jpeg) => jpeg !== undefined)
    .map((jpeg) => ({ jpeg, side: Math.max(...jpegSize(jpeg)) }))
    .sort((one, other) => other.side - one.side);
  if (!preview || preview.side < MIN_PREVIEW)
    throw new Problem(
      'unsupported_media_type',
      `The bytes are a RAW file without a preview of at least ${MIN_PREVIEW} pixels. ${SEND_INSTEAD}`,
    );
  const own = jpegStructure(preview.jpeg);
  if (own.exif || isFujifilm) return { ...own, previewOnly: true };
  // The file begins as an EXIF block does; Olympus and Panasonic have other numbers there.
  const exif = Buffer.from(file.subarray(0, MAX_EXIF_BYTES));
  exif.write(exif[0] === 0x49 ? 'II*\0' : 'MM\0*', 0, 'latin1');
  return { ...jpegStructure(withOrientation(preview.jpeg, exif)), exif, previewOnly: true };
}

function withOrientation(jpeg: Buffer, exif: Uint8Array): Buffer {
  const orientation = orientationBlock(exif);
  return orientation && readExifTags(exif).orientation !== 1 ? withExif(jpeg, orientation) : jpeg;
}

/** Lists the JPEGs of all directories; lossless ones hold the samples of the sensor. */
function previewsOf(buffer: Buffer): (Buffer | undefined)[] {
  const file = tiffFile(buffer, MAGICS);
  if (!file) return [];
  const previews: (Buffer | undefined)[] = [];
  const queue = [firstDirectory(file)];
  const seen = new Set<number>();
  let parts = 0;
  for (let at = queue.shift(); at !== undefined; at = queue.shift()) {
    if (at === 0 || at >= buffer.length || seen.has(at)) continue;
    seen.add(at);
    if (seen.size > MAX_DIRECTORIES) break;
    const { entries, next } = readDirectory(file, at);
    parts += entries.length;
    if (parts > MAX_PARTS) break;
    const tags = new Map(entries.map((entry): [number, Entry] => [entry.tag, entry]));
    previews.push(...jpegsOf(file, tags));
    queue.push(next, ...valuesOf(file, tags.get(TAGS.subDirectories), MAX_DIRECTORIES));
  }
  return previews;
}

function jpegsOf(file: TiffFile, tags: ReadonlyMap<number, Entry>): (Buffer | undefined)[] {
  const pairs = [
    [TAGS.jpeg, TAGS.jpegLength],
    [TAGS.strips, TAGS.stripLengths],
  ] as const;
  const jpegs = pairs.map(([offsets, lengths]) => {
    const [offset, length] = [tags.get(offsets), tags.get(lengths)];
    if (offset?.count !== 1 || length?.count !== 1) return undefined;
    return jpegAt(file.buffer, file.reader(offset)(0), file.reader(length)(0));
  });
  const panasonic = tags.get(TAGS.panasonic);
  return panasonic ? [...jpegs, jpegAt(file.buffer, panasonic.at, panasonic.bytes)] : jpegs;
}

const valuesOf = (file: TiffFile, entry: Entry | undefined, limit: number): number[] =>
  entry ? Array.from({ length: Math.min(entry.count, limit) }, (_, index) => file.reader(entry)(index)) : [];

/** Returns undefined if there is no JPEG that decoders read. */
function jpegAt(file: Buffer, offset: number, length: number): Buffer | undefined {
  const jpeg = file.subarray(offset, offset + length);
  return jpeg.length > 4 && jpeg.readUInt16BE() === 0xffd8 && Math.max(...jpegSize(jpeg)) > 0
    ? jpeg
    : undefined;
}
