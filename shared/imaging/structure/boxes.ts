import { Problem } from '#shared/kernel/problems.ts';
import { limitParts, MAX_EXIF_BYTES, MAX_PARTS, type Structure, truncated } from './structure.ts';

/** The `meta` box lists items and their properties: a photograph of 48 Mpx in tiles has 10 KB, besides its profile. */
const MAX_META_BYTES = 8 * 1024 * 1024;
/** An item's type is this where it is an EXIF block; libheif does not know the other. */
const [EXIF, DROPPED] = ['Exif', 'Exi_'] as const;

interface Box {
  type: string;
  /** Its content, behind length and type. */
  start: number;
  end: number;
}

/**
 * Walks the top-level boxes of ISO base media (AVIF, HEIC), and the list of items. EXIF is hidden from the decoder. Of a
 * sequence the still image beside it is decoded.
 */
export function boxesStructure(file: Buffer): Structure {
  let decodable = file;
  let exif: Buffer | undefined;
  for (const meta of boxesOf(file, 0, file.length, true).filter(({ type }) => type === 'meta')) {
    if (meta.end - meta.start > MAX_META_BYTES) {
      throw new Problem(
        'unreadable_image',
        `The file has more than ${MAX_META_BYTES} bytes of item properties.`,
      );
    }
    const boxes = boxesOf(file, meta.start + 4, meta.end);
    for (const { id, typeAt } of boxes
      .filter(({ type }) => type === 'iinf')
      .flatMap((box) => exifItems(file, box))) {
      if (decodable === file) decodable = Buffer.from(file);
      decodable.write(DROPPED, typeAt, 'latin1');
      exif ??= exifBlock(
        file,
        boxes.find(({ type }) => type === 'iloc'),
        id,
      );
    }
  }
  const frames = framesOf(file);
  if (frames > 1) decodable = asStill(decodable === file ? Buffer.from(file) : decodable);
  return { decodable, frames, scans: 1, ...(exif && { exif }) };
}

/**
 * Lists the boxes between two offsets. A box without sense ends the list: it is corruption, which the decoder reports.
 * @throws Problem `truncated` if the last top-level box ends behind the file
 */
function boxesOf(file: Buffer, from: number, to: number, topLevel = false): Box[] {
  const boxes: Box[] = [];
  for (let at = from; at < to && (topLevel || at + 8 <= to); limitParts(boxes.length)) {
    const size = file.readUInt32BE(at);
    const large = size === 1;
    const length = large ? Number(file.readBigUInt64BE(at + 8)) : size === 0 ? to - at : size;
    if (length < (large ? 16 : 8)) break;
    if (topLevel && at + length > to) throw truncated();
    const type = file.toString('latin1', at + 4, at + 8);
    boxes.push({ type, start: at + (large ? 16 : 8), end: Math.min(at + length, to) });
    at += length;
  }
  return boxes;
}

/** Returns the ids of the EXIF items, and where their types are in the file. */
function exifItems(file: Buffer, { start, end }: Box): { id: number; typeAt: number }[] {
  const infos = boxesOf(file, start + (file.readUInt8(start) === 0 ? 6 : 8), end);
  return infos.flatMap((info) => {
    const wide = file.readUInt8(info.start) >= 3;
    const typeAt = info.start + (wide ? 10 : 8);
    if (typeAt + 4 > info.end || file.toString('latin1', typeAt, typeAt + 4) !== EXIF) return [];
    const id = wide ? file.readUInt32BE(info.start + 4) : file.readUInt16BE(info.start + 4);
    return [{ id, typeAt }];
  });
}

/** Returns the block of an item that is one extent of the file; it is preceded by the offset of its byte order mark. */
function exifBlock(file: Buffer, iloc: Box | undefined, item: number): Buffer | undefined {
  const extent = iloc && extentOf(file, iloc, item);
  if (!extent || extent.length < 4) return undefined;
  const block = file.subarray(extent.offset, extent.offset + extent.length);
  if (block.length < 4) return undefined;
  const start = 4 + block.readUInt32BE(0);
  return block.subarray(start, start + MAX_EXIF_BYTES);
}

/** Finds the first extent of an item, in the format of ISO/IEC 14496-12 §8.11.3. */
function extentOf(
  file: Buffer,
  { start, end }: Box,
  item: number,
): { offset: number; length: number } | undefined {
  const version = file.readUInt8(start);
  const sizes = file.readUInt16BE(start + 4);
  const [offsetSize, lengthSize, baseSize] = [sizes >> 12, (sizes >> 8) & 15, (sizes >> 4) & 15];
  const indexSize = version === 0 ? 0 : sizes & 15;
  const idSize = version < 2 ? 2 : 4;
  let at = start + 6;
  const next = (size: number) => {
    at += size;
    if (at > end || size > 8) throw truncated();
    return size === 0
      ? 0
      : size === 8
        ? Number(file.readBigUInt64BE(at - 8))
        : file.readUIntBE(at - size, size);
  };
  const items = next(idSize);
  for (let index = 0; index < items; limitParts(++index)) {
    const id = next(idSize);
    const method = version === 0 ? 0 : next(2) & 15;
    next(2); // the index of a file that holds the data
    const base = next(baseSize);
    const extents = next(2);
    if (id === item) {
      if (method !== 0 || extents !== 1) return undefined;
      next(indexSize);
      return { offset: base + next(offsetSize), length: next(lengthSize) };
    }
    at += extents * (indexSize + offsetSize + lengthSize);
  }
  return undefined;
}

/** The brands of sequences, and those of the still image that is in the same file. */
const STILL_BRANDS: Readonly<Record<string, string>> = {
  avis: 'avif',
  msf1: 'mif1',
  hevc: 'heic',
  hevx: 'heix',
};

/** Returns 1 for a still image. */
function framesOf(file: Buffer): number {
  if (!STILL_BRANDS[file.toString('latin1', 8, 12)]) return 1;
  const inside = (boxes: readonly Box[], type: string) =>
    boxes.filter((box) => box.type === type).flatMap(({ start, end }) => boxesOf(file, start, end));
  const top = boxesOf(file, 0, file.length, true);
  const samples = ['moov', 'trak', 'mdia', 'minf', 'stbl']
    .reduce((boxes, type) => inside(boxes, type), top)
    .filter(({ type }) => type === 'stsz')
    .map(({ start }) => file.readUInt32BE(start + 8));
  const frames = Math.min(Math.max(2, ...samples), MAX_PARTS);
  if (top.some(({ type }) => type === 'meta')) return frames;
  throw new Problem('too_many_frames', 'The file is a sequence without a still image. Send a still image.');
}

/** Names the file after its still image: libvips reads no file that is called a sequence. */
function asStill(file: Buffer): Buffer {
  file.write(STILL_BRANDS[file.toString('latin1', 8, 12)] ?? '', 8, 'latin1');
  return file;
}
