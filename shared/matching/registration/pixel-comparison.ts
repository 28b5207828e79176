import type { Raster } from '#shared/imaging/raster.ts';
import type { Quad } from '#shared/matching/geometry/alignment.ts';
import { blockCorrelations } from './block-ncc.ts';
import { type GreyPicture, greyOf, longerSide, shrunk, shrunkGrey } from './grey-image.ts';
import { overlap, register } from './register.ts';
import type { Affine } from './warp.ts';

/** A picture in the sizes that it is compared in. */
export interface Pyramid {
  /** Coarse to fine. */
  small: readonly [GreyPicture, GreyPicture, GreyPicture];
  /** Its own size, made when it is first asked for: most look-alikes are told apart before. */
  own: () => GreyPicture;
}

/** Longer sides, in pixels, of the small sizes. */
const SIDES = { finer: 256, coarser: 128, coarsest: 64 } as const;
/** How each size is gone about: 1 000 to 4 000 points a step are plenty for eight unknowns. */
const [FIRST, SECOND, THIRD, LAST] = [
  { steps: 10, stride: 2 },
  { steps: 8, stride: 2 },
  { steps: 5, stride: 4 },
  { steps: 4, stride: 8 },
] as const;

/** Fewer blocks with something to see in them prove nothing. */
const MIN_BLOCKS = 6;
/**
 * What agrees by less than this in the finest of the small sizes, with a tenth more of the blocks left out, is not looked at in
 * its own size. Of 345 true copies the lowest two agree there by .63 and .75, of 857 others half by less than this.
 */
const HOPELESS = { below: 0.5, leftOut: 0.1 } as const;

const [TOP_LEFT, TOP_RIGHT, BOTTOM_RIGHT, BOTTOM_LEFT] = [
  { x: 0, y: 0 },
  { x: 1, y: 0 },
  { x: 1, y: 1 },
  { x: 0, y: 1 },
] as const;
/** The whole of the query on the whole of the stored picture: as it is, mirrored, and turned by a quarter either way. */
const WHOLES: readonly Quad[] = [
  [TOP_LEFT, TOP_RIGHT, BOTTOM_RIGHT, BOTTOM_LEFT],
  [TOP_RIGHT, TOP_LEFT, BOTTOM_LEFT, BOTTOM_RIGHT],
  [TOP_RIGHT, BOTTOM_RIGHT, BOTTOM_LEFT, TOP_LEFT],
  [BOTTOM_LEFT, TOP_LEFT, TOP_RIGHT, BOTTOM_RIGHT],
];

export interface PixelAgreement {
  /** The correlation that the asked share of the query's blocks reaches, -1..1; -1 where there is too little to see. */
  agreement: number;
  /** Where the query's corners lie in the stored picture, by its pixels. */
  quad: Quad;
}

export function pyramidOf(pixels: Raster): Pyramid {
  const finer = shrunkGrey(pixels, SIDES.finer);
  const coarser = shrunk(finer, SIDES.coarser);
  let own: GreyPicture | undefined;
  return {
    small: [shrunk(coarser, SIDES.coarsest), coarser, finer],
    own: () => {
      own ??= longerSide(pixels) > SIDES.finer ? greyOf(pixels) : finer;
      return own;
    },
  };
}

/**
 * How well two pictures agree in their pixels, once the one is laid upon the other: it begins where each of the quads
 * says, and with the whole on the whole; goes on from the best; and compares what then lies on each other, block by block.
 * @param share of the blocks that have to agree, 0..1: the others may be what was pasted on
 */
export function pixelAgreement(
  query: Pyramid,
  stored: Pyramid,
  { quads, share }: { quads: readonly Quad[]; share: number },
): PixelAgreement {
  const start = bestStart({ query: query.small[0], stored: stored.small[0] }, quads);
  const coarser = laidOn({ query: query.small[1], stored: stored.small[1] }, start, SECOND);
  const finer = laidOn({ query: query.small[2], stored: stored.small[2] }, coarser, THIRD);
  const small = blocksOf(finer);
  if (small.length >= MIN_BLOCKS && reachedBy(small, share - HOPELESS.leftOut) < HOPELESS.below)
    return { agreement: reachedBy(small, share), quad: quadOf(finer) };
  const own = laidOn({ query: query.own(), stored: stored.own() }, finer, LAST);
  return { agreement: reachedBy(blocksOf(own), share), quad: quadOf(own) };
}

interface Pair {
  query: GreyPicture;
  stored: GreyPicture;
}

/** A pair of which the one is laid upon the other. */
interface Laid extends Pair {
  by: Affine;
}

function bestStart(pair: Pair, quads: readonly Quad[]): Laid {
  const { query, stored } = pair;
  const starts = [...quads, ...WHOLES].map((quad) => {
    const by = register(query, stored, affineOf(quad, query, stored), FIRST);
    return { by, fits: overlap(query, stored, by, FIRST.stride) };
  });
  return { ...pair, by: starts.reduce((best, each) => (each.fits > best.fits ? each : best)).by };
}

/** The pair, laid as it was in a smaller size, and then better. */
const laidOn = (pair: Pair, smaller: Laid, how: { steps: number; stride: number }): Laid => ({
  ...pair,
  by: register(pair.query, pair.stored, rescaled(smaller.by, smaller, pair), how),
});

const blocksOf = ({ query, stored, by }: Laid): number[] => blockCorrelations(query, stored, by);

/** The correlation that the share of the blocks reaches; -1 where there is too little to see. */
const reachedBy = (blocks: readonly number[], share: number): number =>
  blocks.length < MIN_BLOCKS ? -1 : (blocks[Math.floor(blocks.length * (1 - share))] ?? -1);

function quadOf({ query, stored, by }: Laid): Quad {
  const corner = (right: number, down: number) => ({
    x: (by.xx * right * query.width + by.xy * down * query.height + by.x0) / stored.width,
    y: (by.yx * right * query.width + by.yy * down * query.height + by.y0) / stored.height,
  });
  return [corner(0, 0), corner(1, 0), corner(1, 1), corner(0, 1)];
}

function affineOf([topLeft, topRight, , bottomLeft]: Quad, query: GreyPicture, stored: GreyPicture): Affine {
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

/** The same transform between the same pictures in other sizes. */
function rescaled(by: Affine, from: Pair, to: Pair): Affine {
  const own = longerSide(from.query) / longerSide(to.query);
  const other = longerSide(to.stored) / longerSide(from.stored);
  const linear = own * other;
  return {
    xx: by.xx * linear,
    xy: by.xy * linear,
    x0: by.x0 * other,
    yx: by.yx * linear,
    yy: by.yy * linear,
    y0: by.y0 * other,
  };
}
