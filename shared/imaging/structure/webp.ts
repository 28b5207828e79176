import { orientationBlock } from '../exif-block.ts';
import { KeptRanges } from './kept-ranges.ts';
import {
  limitParts,
  MAX_EXIF_BYTES,
  MAX_PARTS,
  MAX_PROFILE_BYTES,
  type Structure,
  truncated,
} from './structure.ts';

const HEADER = 12;
const FRAME = 'ANMF';
/** The chunks that pixels and their colours need; the rest is metadata. */
const NEEDED = ['VP8X', 'VP8 ', 'VP8L', 'ALPH', 'ANIM', FRAME];

/** Walks the chunks. Drops metadata and frames after the first; an EXIF block becomes its orientation. */
export function webpStructure(file: Buffer): Structure {
  const end = file.readUInt32LE(4) + 8;
  if (end - 1 > file.length) throw truncated(); // some writers leave the last pad byte out
  const kept = new KeptRanges(file);
  let exif: Buffer | undefined;
  let profiles = 0;
  let profileIgnored = false;
  let frames = 0;
  for (let at = HEADER, parts = 0; at + 8 <= Math.min(end, file.length); parts++) {
    if (frames === 0) limitParts(parts);
    else if (parts > MAX_PARTS) break; // frames beyond are not counted
    const type = file.toString('latin1', at, at + 4);
    const length = file.readUInt32LE(at + 4);
    // A chunk beyond the end is corruption: the decoder reports it.
    const next = Math.min(at + 8 + length + (length & 1), end, file.length);
    if (type === FRAME) frames++;
    if (type === 'EXIF' && !exif) {
      exif = withoutPrefix(file.subarray(at + 8, at + 8 + length)).subarray(0, MAX_EXIF_BYTES);
      const orientation = orientationBlock(exif);
      if (orientation) kept.insert(exifChunk(orientation));
    }
    if (NEEDED.includes(type) && (type !== FRAME || frames === 1)) kept.keep(at, next);
    if (type === 'ICCP' && profiles++ === 0) {
      profileIgnored = length > MAX_PROFILE_BYTES;
      if (!profileIgnored) kept.keep(at, next);
    }
    at = next;
  }
  const body = kept.result();
  const header = Buffer.from(file.subarray(0, HEADER));
  header.writeUInt32LE(body.length + HEADER - 8, 4);
  return {
    decodable: Buffer.concat([header, body]),
    frames,
    scans: 1,
    profileIgnored,
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
