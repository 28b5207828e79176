import { crc32, inflateSync } from 'node:zlib';
import { orientationBlock } from '../exif-block.ts';
import { KeptRanges } from './kept-ranges.ts';
import { limitParts, MAX_EXIF_BYTES, MAX_PARTS, MAX_PROFILE_BYTES, type Structure } from './structure.ts';

const typeOf = (name: string) => Buffer.from(name, 'latin1').readUInt32BE();
const IDAT = typeOf('IDAT');
const IEND = typeOf('IEND');
const EXIF = typeOf('eXIf');
const PROFILE = typeOf('iCCP');
const ANIMATION = typeOf('acTL');
/** The chunks that pixels and their colours need; the rest is metadata. */
const NEEDED = new Set(['IHDR', 'PLTE', 'IDAT', 'IEND', 'tRNS', 'cHRM', 'gAMA', 'sRGB', 'sBIT'].map(typeOf));
/** Bytes of a chunk beside its data: length, type, checksum. */
const FRAME = 12;

/** Walks the chunks to the last. Drops metadata and frames beside the default image; an EXIF block becomes its orientation. */
export function pngStructure(file: Buffer): Structure {
  const kept = new KeptRanges(file);
  let exif: Buffer | undefined;
  let cutOff: Structure['cutOff'];
  let profiles = 0;
  let profileIgnored = false;
  let frames = 1;
  kept.keep(0, 8);
  for (let at = 8, parts = 0; ; ) {
    if (at + FRAME > file.length) {
      cutOff = 'maybe';
      break;
    }
    const length = file.readUInt32BE(at);
    const type = file.readUInt32BE(at + 4);
    const end = at + FRAME + length;
    if (end > file.length) {
      if (type === IDAT) kept.keep(at, file.length);
      cutOff = 'maybe';
      break;
    }
    const data = () => file.subarray(at + 8, end - 4);
    if (type === PROFILE && profiles++ === 0) {
      profileIgnored = !isBounded(data());
      if (!profileIgnored) kept.keep(at, end);
    }
    if (type === EXIF && !exif) {
      exif = data().subarray(0, MAX_EXIF_BYTES);
      const orientation = orientationBlock(exif);
      if (orientation) kept.insert(exifChunk(orientation));
    }
    if (type === ANIMATION && length >= 4) frames = Math.min(file.readUInt32BE(at + 8), MAX_PARTS);
    if (NEEDED.has(type)) kept.keep(at, end);
    if (type === IEND) break;
    if (type !== IDAT) limitParts(++parts);
    at = end;
  }
  return {
    decodable: kept.result(),
    frames,
    scans: 1,
    profileIgnored,
    ...(cutOff && { cutOff }),
    ...(exif && { exif }),
  };
}

/** Returns false for a colour profile that is damaged, or inflates to more than it may. */
function isBounded(data: Buffer): boolean {
  const compressed = data.subarray(data.indexOf(0) + 2);
  try {
    inflateSync(compressed, { maxOutputLength: MAX_PROFILE_BYTES });
    return true;
  } catch {
    return false;
  }
}

function exifChunk(block: Buffer): Buffer {
  const chunk = Buffer.alloc(FRAME + block.length);
  chunk.writeUInt32BE(block.length, 0);
  chunk.writeUInt32BE(EXIF, 4);
  block.copy(chunk, 8);
  chunk.writeUInt32BE(crc32(chunk.subarray(4, 8 + block.length)), 8 + block.length);
  return chunk;
}
