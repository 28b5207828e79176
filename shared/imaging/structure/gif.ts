import { KeptRanges } from './kept-ranges.ts';
import { limitParts, type Structure, truncated } from './structure.ts';

const EXTENSION = 0x21;
const IMAGE = 0x2c;
/** The extension that holds the index of the transparent colour. */
const GRAPHIC_CONTROL = 0xf9;

/** Walks the blocks to the trailer, or to the second image. Drops extensions without pixels. */
export function gifStructure(file: Buffer): Structure {
  const kept = new KeptRanges(file);
  let at = 13 + colourTable(file.readUInt8(10));
  let frames = 0;
  kept.keep(0, at);
  for (let blocks = 0; ; limitParts(++blocks)) {
    const start = at;
    const block = file.readUInt8(at);
    if (block === EXTENSION) at += 2;
    else if (block === IMAGE) at += 11 + colourTable(file.readUInt8(at + 9));
    else break; // the trailer, or corruption: the decoder reports it
    if (block === IMAGE && ++frames > 1) return { decodable: file, frames, scans: 1 };
    at = afterSubBlocks(file, at);
    if (block === IMAGE || file[start + 1] === GRAPHIC_CONTROL) kept.keep(start, at);
  }
  kept.keep(at, file.length);
  return { decodable: kept.result(), frames: 1, scans: 1 };
}

const colourTable = (flags: number) => (flags & 0x80 ? 3 << ((flags & 7) + 1) : 0);

/** Skips blocks of 1 to 255 bytes, up to the empty one that ends them. */
function afterSubBlocks(file: Buffer, from: number): number {
  for (let at = from; ; ) {
    const length = file[at];
    if (length === undefined) throw truncated();
    at += 1 + length;
    if (length === 0) return at;
  }
}
