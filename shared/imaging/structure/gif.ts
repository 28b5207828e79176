import { KeptRanges } from './kept-ranges.ts';
import { ENDS_EARLY, limitParts, MAX_PARTS, type Structure } from './structure.ts';

const EXTENSION = 0x21;
const IMAGE = 0x2c;
const TRAILER = Buffer.of(0x3b);
/** The extension that holds the index of the transparent colour. */
const GRAPHIC_CONTROL = 0xf9;

/** Walks the blocks to the trailer. Keeps the first image, and drops extensions without pixels. */
export function gifStructure(file: Buffer): Structure {
  const kept = new KeptRanges(file);
  let at = 13 + colourTable(file.readUInt8(10));
  let frames = 0;
  kept.keep(0, at);
  for (let blocks = 0; ; blocks++) {
    if (frames === 0) limitParts(blocks);
    const start = at;
    const block = file[at];
    const isImage = block === IMAGE;
    if ((block !== EXTENSION && !isImage) || blocks > MAX_PARTS) break;
    const next = blockEnd(file, at);
    if (next === undefined) break;
    if (isImage) frames++;
    // The control of a further image comes before it.
    if (isImage ? frames === 1 : frames === 0 && file[start + 1] === GRAPHIC_CONTROL) kept.keep(start, next);
    at = next;
  }
  const endsEarly = file[at] === undefined || file[at] === EXTENSION || file[at] === IMAGE;
  if (frames === 0) kept.keep(at, file.length);
  kept.insert(TRAILER);
  return {
    decodable: kept.result(),
    frames,
    scans: 1,
    ...(endsEarly && (frames === 0 ? { cutOff: 'certainly' } : { oddities: [ENDS_EARLY] })),
  };
}

const colourTable = (flags: number) => (flags & 0x80 ? 3 << ((flags & 7) + 1) : 0);

/** Returns undefined if the block is cut off. */
function blockEnd(file: Buffer, start: number): number | undefined {
  const isImage = file[start] === IMAGE;
  if (isImage && start + 10 > file.length) return undefined;
  return afterSubBlocks(file, isImage ? start + 11 + colourTable(file.readUInt8(start + 9)) : start + 2);
}

/** Skips blocks of 1 to 255 bytes, up to the empty one that ends them. */
function afterSubBlocks(file: Buffer, from: number): number | undefined {
  for (let at = from; ; ) {
    const length = file[at];
    if (length === undefined) return undefined;
    at += 1 + length;
    if (length === 0) return at;
  }
}
