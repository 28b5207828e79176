import { bytes, MEGABYTE } from '../build/bytes.ts';
import { comment, frames, gif, head, image, imageData } from '../build/gif.ts';
import { family, large } from '../hostile-file.ts';
import { bases } from './bases.ts';

/** Files of the GIF family. */
export const gifFiles = family('gif', 'image/gif', {
  '2 frames': () => frames(2, 64, 64),
  '100 000 frames': () => frames(100_000, 64, 64),
  '2 million frames': large(() => frames(2_000_000, 64, 64)),
  '10 000 frames of 65 535 × 1 500': () => frames(10_000, 65_535, 1500),
  'one frame of 65 535 × 65 535': () => gif(65_535, 65_535, image(65_535, 65_535)),
  'one frame of 9 900 × 10 000': () => gif(9900, 10_000, image(9900, 10_000)),
  'a frame beyond its canvas': () => gif(64, 64, image(9900, 10_000)),
  'no size': () => gif(0, 0, image(0, 0)),
  'no frame': () => gif(64, 64),
  '40 MB of codes for 64 × 64': large(() => gif(64, 64, image(64, 64, imageData(160_000, 0x55)))),
  '40 MB of zeros for 99 Mpx': large(() => gif(9900, 10_000, image(9900, 10_000, imageData(160_000, 0)))),
  'a comment of 40 MB': large(async () => withBlocks(await bases.gif(), comment(160_000, 255))),
  'a comment of 20 million bytes, one at a time': large(async () =>
    withBlocks(await bases.gif(), comment(20_000_000, 1)),
  ),
  '5 million empty comments': large(async () =>
    withBlocks(await bases.gif(), ...new Array(50).fill(empty())),
  ),
  'no end': () => bytes(head(64, 64), image(64, 64, imageData(1000, 0)).subarray(0, -1)),
  '40 MB of separators': large(() => bytes(head(64, 64), Buffer.alloc(40 * MEGABYTE, 0x21))),
});

const empty = () => {
  const all = Buffer.alloc(300_000);
  for (let at = 0; at < all.length; at += 3) all.writeUInt16BE(0x21fe, at);
  return all;
};

/** Inserts blocks in front of the first extension or image. */
function withBlocks(file: Buffer, ...blocks: Buffer[]): Buffer {
  const at = 13 + 3 * 2 ** (((file[10] ?? 0) & 7) + 1);
  return bytes(file.subarray(0, at), ...blocks, file.subarray(at));
}
