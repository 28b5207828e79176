import { orientationBlock } from '../exif-block.ts';
import { KeptRanges } from './kept-ranges.ts';
import { limitParts, MAX_EXIF_BYTES, MAX_PROFILE_BYTES, type Structure, truncated } from './structure.ts';

const HEADER = 12;
/** The chunks that pixels and their colours need; the rest is metadata. */
const NEEDED = ['VP8X', 'VP8 ', 'VP8L', 'ALPH', 'ANIM', 'ANMF'];

/** Walks the chunks. Drops metadata; an EXIF block becomes its orientation. */
export function webpStructure(file: Buffer): Structure {
  const end = file.readUInt32LE(4) + 8;
  if (end - 1 > file.length) throw truncated(); // some writers leave the last pad byte out
  const kept = new KeptRanges(file);
  let exif: Buffer | undefined;
  let profiles = 0;
  let frames = 0;
  for (let at = HEADER, parts = 0; at + 8 <= Math.min(end, file.length); limitParts(++parts)) {
    const type = file.toString('latin1', at, at + 4);
    const length = file.readUInt32LE(at + 4);
    // A chunk beyond the end is corruption: the decoder reports it.
    const next = Math.min(at + 8 + length + (length & 1), end, file.length);
    if (type === 'ANMF' && ++frames > 1) return { decodable: file, frames, scans: 1 };
    if (type === 'EXIF' && !exif) {
      exif = withoutPrefix(file.subarray(at + 8, at + 8 + length)).subarray(0, MAX_EXIF_BYTES);
      const orientation = orientationBlock(exif);
      if (orientation) kept.insert(exifChunk(orientation));
    }
    if (NEEDED.includes(type)) kept.keep(at, next);
    if (type === 'ICCP' && profiles++ === 0 && length <= MAX_PROFILE_BYTES) kept.keep(at, next);
    at = next;
  }
  const body = kept.result();
  const header = Buffer.from(file.subarray(0, HEADER));
  header.writeUInt32LE(body.length + HEADER - 8, 4);
  return {
    decodable: Buffer.concat([header, body]),
    frames: 1,
    scans: 1,
    ...(exif && { exif }),
  };
}

/** Some writers put the identifier of JPEG in front of the block. */
const withoutPrefix = (block: Buffer) =>
  block.toString('latin1', 0, 4) === 'Exif' ? block.subarray(6) : block;

/** The length of an orientation block is even: no pad byte. */
function exifChunk(block: Buffer): Buffer {
  const head = Buffer.from('EXIF\0\0\0\0', 'latin1');
  head.writeUInt32LE(block.length, 4);
  return Buffer.concat([head, block]);
}
