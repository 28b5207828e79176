import { SEND_INSTEAD } from '#shared/kernel/media-types.ts';
import { Problem } from '#shared/kernel/problems.ts';
import { orientationBlock, readExifTags } from '../exif-block.ts';
import { isJpegHeader, jpegSize, jpegStructure, withExif } from './jpeg.ts';
import { directoriesOf, type Tags } from './raw-directories.ts';
import { MAX_EXIF_BYTES, type Structure } from './structure.ts';
import { type TiffFile, tiffFile } from './tiff-directory.ts';

/** The longer side that a preview must have. */
const MIN_PREVIEW = 512;
/** The second number of TIFF, and those of Olympus and Panasonic, who write the same structure. */
const MAGICS = [42, 0x4f52, 0x5352, 0x55];
const FUJIFILM = 'FUJIFILMCCD-RAW';
const JPEG_START = Buffer.of(0xff, 0xd8, 0xff);
/** Cameras write up to four. Samples of a sensor begin like one every 16 MB. */
const MAX_JPEGS = 100;
const TAGS = {
  strips: 273,
  stripLengths: 279,
  jpeg: 513,
  jpegLength: 514,
  panasonic: 46,
};

/** Finds the largest JPEG that a camera embedded in a RAW file: the decodable file is that, upright as the RAW file is. */
export function rawStructure(file: Buffer): Structure {
  const isFujifilm = file.toString('latin1', 0, FUJIFILM.length) === FUJIFILM;
  const named = isFujifilm ? [jpegAt(file, file.readUInt32BE(84), file.readUInt32BE(88))] : previewsOf(file);
  const preview = largestOf(named) ?? largestOf(jpegsAnywhere(file));
  if (!preview)
    throw new Problem(
      'unsupported_media_type',
      `The bytes are a RAW file without a preview of at least ${MIN_PREVIEW} pixels. ${SEND_INSTEAD}`,
    );
  const own = jpegStructure(preview);
  if (own.exif || isFujifilm) return { ...own, previewOnly: true };
  // The file begins as an EXIF block does; Olympus and Panasonic have other numbers there.
  const exif = Buffer.from(file.subarray(0, MAX_EXIF_BYTES));
  exif.write(exif[0] === 0x49 ? 'II*\0' : 'MM\0*', 0, 'latin1');
  return { ...jpegStructure(withOrientation(preview, exif)), exif, previewOnly: true };
}

/** Returns undefined if none is large enough. */
function largestOf(jpegs: Iterable<Buffer | undefined>): Buffer | undefined {
  let largest: { jpeg: Buffer; side: number } | undefined;
  for (const jpeg of jpegs) {
    const side = jpeg ? Math.max(...jpegSize(jpeg)) : 0;
    if (jpeg && side >= MIN_PREVIEW && side > (largest?.side ?? 0)) largest = { jpeg, side };
  }
  return largest?.jpeg;
}

function withOrientation(jpeg: Buffer, exif: Uint8Array): Buffer {
  const orientation = orientationBlock(exif);
  return orientation && readExifTags(exif).orientation !== 1 ? withExif(jpeg, orientation) : jpeg;
}

/** Lists the JPEGs of all directories; lossless ones hold the samples of the sensor. */
function previewsOf(buffer: Buffer): (Buffer | undefined)[] {
  const file = tiffFile(buffer, MAGICS);
  if (!file) return [];
  return Array.from(directoriesOf(file), (tags) => jpegsOf(file, tags)).flat();
}

/** Lists the JPEGs of a file wherever they are: some cameras name their preview only in notes of their own. */
function* jpegsAnywhere(file: Buffer): Generator<Buffer> {
  let found = 0;
  for (
    let at = file.indexOf(JPEG_START);
    at >= 0 && found < MAX_JPEGS;
    at = file.indexOf(JPEG_START, at + 1)
  ) {
    found++;
    if (isJpegHeader(file, at)) yield file.subarray(at);
  }
}

function jpegsOf(file: TiffFile, tags: Tags): (Buffer | undefined)[] {
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

/** Returns undefined if there is no JPEG that decoders read. */
function jpegAt(file: Buffer, offset: number, length: number): Buffer | undefined {
  const jpeg = file.subarray(offset, offset + length);
  return jpeg.length > 4 && jpeg.readUInt16BE() === 0xffd8 && Math.max(...jpegSize(jpeg)) > 0
    ? jpeg
    : undefined;
}
