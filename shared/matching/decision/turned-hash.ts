import { differingBits } from './evidence.ts';

/** Frequencies of the hash in each direction: bit `8 v + h` tells of the vertical frequency `v + 1` and the horizontal `h + 1`. */
const SIDE = 8;
/** A mirror image has the opposite sign at odd frequencies: with a median near 0, the opposite bits. */
const ODD_HORIZONTAL = 0xaaaaaaaaaaaaaaaan;
const ODD_VERTICAL = 0xff00ff00ff00ff00n;

/**
 * Makes a function that returns the least distance of another hash from that of an image, as it is, turned by quarters, and mirrored:
 * hashes are made of squares, so a turn only exchanges the two directions and some signs. Equal from either end.
 * @param hash 16 hex digits
 */
export function turnedDistance(hash: string): (other: string) => number {
  const upright = BigInt(`0x${hash}`);
  const turned = [upright, transposed(upright)]
    .flatMap((each) => [each, each ^ ODD_HORIZONTAL])
    .flatMap((each) => [each, each ^ ODD_VERTICAL]);
  return (other) => {
    const hashed = BigInt(`0x${other}`);
    return Math.min(...turned.map((each) => differingBits(each, hashed)));
  };
}

/** The first bit is the highest. */
function transposed(hash: bigint): bigint {
  let bits = 0n;
  for (let row = 0n; row < SIDE; row++)
    for (let column = 0n; column < SIDE; column++)
      bits |= ((hash >> (BigInt(SIDE) * row + column)) & 1n) << (BigInt(SIDE) * column + row);
  return bits;
}
