import type { Raster } from '#shared/imaging/raster.ts';
import type { Quad } from '#shared/matching/geometry/alignment.ts';
import { blockCorrelations } from './block-ncc.ts';
import { type GreyImage, greyOf, longerSide, shrunk, shrunkGrey } from './grey-image.ts';
import { overlapNcc, register } from './register.ts';
import type { Affine } from './warp.ts';

/** An image at the scales of a comparison. */
export interface Pyramid {
  /** Coarse to fine. */
  small: readonly [GreyImage, GreyImage, GreyImage];
  /** Full resolution, computed on first use: most look-alikes are rejected before. */
  full: () => GreyImage;
}

/** Longer sides of the small scales, in pixels. */
const SIDES = { finer: 256, coarser: 128, coarsest: 64 } as const;
/** Registration at each scale: 1 000 to 4 000 points a step are enough for eight unknowns. */
const [AT_64, AT_128, AT_256, AT_FULL] = [
  { steps: 10, stride: 2 },
  { steps: 8, stride: 2 },
  { steps: 5, stride: 4 },
  { steps: 4, stride: 8 },
] as const;

/** Fewer blocks with detail prove nothing. */
const MIN_BLOCKS = 6;
/**
 * Pairs with a lower block NCC at 256 px, over a tenth fewer blocks than required, are not compared at full resolution. Of 345
 * true copies the lowest two reach .63 and .75 there; of 857 other pairs, half stay below .5.
 */
const EARLY_REJECTION = { below: 0.5, fewerBlocks: 0.1 } as const;

const [TOP_LEFT, TOP_RIGHT, BOTTOM_RIGHT, BOTTOM_LEFT] = [
  { x: 0, y: 0 },
  { x: 1, y: 0 },
  { x: 1, y: 1 },
  { x: 0, y: 1 },
] as const;
/** Full-frame starts of registration: identity, mirrored, and rotated by 90° either way. */
const FULL_FRAME_QUADS: readonly Quad[] = [
  [TOP_LEFT, TOP_RIGHT, BOTTOM_RIGHT, BOTTOM_LEFT],
  [TOP_RIGHT, TOP_LEFT, BOTTOM_LEFT, BOTTOM_RIGHT],
  [TOP_RIGHT, BOTTOM_RIGHT, BOTTOM_LEFT, TOP_LEFT],
  [BOTTOM_LEFT, TOP_LEFT, TOP_RIGHT, BOTTOM_RIGHT],
];

export interface PixelComparison {
  /** The NCC that the required share of the query's blocks reaches, -1..1; -1 if too few blocks have detail. */
  blockNcc: number;
  /** The corners of the registered query in the stored image. */
  quad: Quad;
}

export function pyramidOf(pixels: Raster): Pyramid {
  const finer = shrunkGrey(pixels, SIDES.finer);
  const coarser = shrunk(finer, SIDES.coarser);
  let full: GreyImage | undefined;
  return {
    small: [shrunk(coarser, SIDES.coarsest), coarser, finer],
    full: () => {
      full ??= longerSide(pixels) > SIDES.finer ? greyOf(pixels) : finer;
      return full;
    },
  };
}

/**
 * Registers two images and compares them block by block. Registration starts from each of the quads and from four full-frame
 * transforms, at 64 px; the best result is refined at 128 px, 256 px and full resolution.
 * @param quads where geometry aligned the query, if it did
 * @param share of the blocks that must reach the block NCC, 0..1: an overlay may cover the others
 */
export function comparePixels(
  query: Pyramid,
  stored: Pyramid,
  { quads, share }: { quads: readonly Quad[]; share: number },
): PixelComparison {
  const start = bestStart({ query: query.small[0], stored: stored.small[0] }, quads);
  const coarser = refine({ query: query.small[1], stored: stored.small[1] }, start, AT_128);
  const finer = refine({ query: query.small[2], stored: stored.small[2] }, coarser, AT_256);
  const blocks = blocksOf(finer);
  if (
    blocks.length >= MIN_BLOCKS &&
    blockNccOf(blocks, share - EARLY_REJECTION.fewerBlocks) < EARLY_REJECTION.below
  )
    return { blockNcc: blockNccOf(blocks, share), quad: quadOf(finer) };
  const full = refine({ query: query.full(), stored: stored.full() }, finer, AT_FULL);
  return { blockNcc: blockNccOf(blocksOf(full), share), quad: quadOf(full) };
}

interface Pair {
  query: GreyImage;
  stored: GreyImage;
}

interface RegisteredPair extends Pair {
  /** From the query into the stored image. */
  transform: Affine;
}

function bestStart(pair: Pair, quads: readonly Quad[]): RegisteredPair {
  const { query, stored } = pair;
  const starts = [...quads, ...FULL_FRAME_QUADS].map((quad) => {
    const transform = register(query, stored, affineOf(quad, query, stored), AT_64);
    return { transform, ncc: overlapNcc(query, stored, transform, AT_64.stride) };
  });
  const best = starts.reduce((one, other) => (other.ncc > one.ncc ? other : one));
  return { ...pair, transform: best.transform };
}

/** Registers a pair at a larger scale, starting from the transform of the smaller one. */
const refine = (
  pair: Pair,
  smaller: RegisteredPair,
  options: { steps: number; stride: number },
): RegisteredPair => ({
  ...pair,
  transform: register(pair.query, pair.stored, rescaled(smaller.transform, smaller, pair), options),
});

const blocksOf = ({ query, stored, transform }: RegisteredPair): number[] =>
  blockCorrelations(query, stored, transform);

/** Returns the NCC that the share of the blocks reaches; -1 if there are too few. */
const blockNccOf = (blocks: readonly number[], share: number): number =>
  blocks.length < MIN_BLOCKS ? -1 : (blocks[Math.floor(blocks.length * (1 - share))] ?? -1);

function quadOf({ query, stored, transform }: RegisteredPair): Quad {
  const corner = (right: number, down: number) => ({
    x:
      (transform.xx * right * query.width + transform.xy * down * query.height + transform.x0) / stored.width,
    y:
      (transform.yx * right * query.width + transform.yy * down * query.height + transform.y0) /
      stored.height,
  });
  return [corner(0, 0), corner(1, 0), corner(1, 1), corner(0, 1)];
}

function affineOf([topLeft, topRight, , bottomLeft]: Quad, query: GreyImage, stored: GreyImage): Affine {
  const { width, height } = stored;
  return {
    xx: ((topRight.x - topLeft.x) * width) / query.width,
    xy: ((bottomLeft.x - topLeft.x) * width) / query.height,
    x0: topLeft.x * width,
    yx: ((topRight.y - topLeft.y) * height) / query.width,
    yy: ((bottomLeft.y - topLeft.y) * height) / query.height,
    y0: topLeft.y * height,
  };
}

/** Converts a transform between two images to other scales of them. */
function rescaled(transform: Affine, from: Pair, to: Pair): Affine {
  const queryScale = longerSide(from.query) / longerSide(to.query);
  const storedScale = longerSide(to.stored) / longerSide(from.stored);
  const linear = queryScale * storedScale;
  return {
    xx: transform.xx * linear,
    xy: transform.xy * linear,
    x0: transform.x0 * storedScale,
    yx: transform.yx * linear,
    yy: transform.yy * linear,
    y0: transform.y0 * storedScale,
  };
}
