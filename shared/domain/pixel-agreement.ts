import type { Quad } from './alignment.ts';
import { blockCorrelations } from './block-correlations.ts';
import { type GreyPicture, greyOf, longerSide, type Pixels, shrunk } from './grey-picture.ts';
import type { Affine } from './overlay.ts';
import { overlap, register } from './registration.ts';

export type { Pixels } from './grey-picture.ts';

/** A picture in the sizes that it is compared in, coarse to fine. */
export type Pyramid = readonly [GreyPicture, GreyPicture, GreyPicture, GreyPicture];

/** Longer sides, in pixels, of all sizes but the picture's own. */
const SIDES = { finer: 256, coarser: 128, coarsest: 64 } as const;
/** How each size is gone about: 1 000 to 4 000 points a step are plenty for eight unknowns. */
const [FIRST, ...OTHERS] = [
  { steps: 10, stride: 2 },
  { steps: 8, stride: 2 },
  { steps: 5, stride: 4 },
  { steps: 4, stride: 8 },
] as const;

/** Fewer blocks with something to see in them prove nothing. */
const MIN_BLOCKS = 6;

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

export function pyramidOf(pixels: Pixels): Pyramid {
  const own = greyOf(pixels);
  const finer = shrunk(own, SIDES.finer);
  const coarser = shrunk(finer, SIDES.coarser);
  return [shrunk(coarser, SIDES.coarsest), coarser, finer, own];
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
  const starts = [...quads, ...WHOLES].map((quad) => {
    const by = register(query[0], stored[0], affineOf(quad, query[0], stored[0]), FIRST);
    return { by, fits: overlap(query[0], stored[0], by, FIRST.stride) };
  });
  let { by } = starts.reduce((best, each) => (each.fits > best.fits ? each : best));
  let pair: Pair = { query: query[0], stored: stored[0] };
  for (const [level, how] of OTHERS.entries()) {
    const finer = { query: query[level + 1] ?? query[3], stored: stored[level + 1] ?? stored[3] };
    by = register(finer.query, finer.stored, rescaled(by, pair, finer), how);
    pair = finer;
  }
  const blocks = blockCorrelations(pair.query, pair.stored, by);
  const weakest = blocks[Math.floor(blocks.length * (1 - share))] ?? -1;
  return { agreement: blocks.length < MIN_BLOCKS ? -1 : weakest, quad: quadOf(by, pair) };
}

function quadOf(by: Affine, { query, stored }: Pair): Quad {
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

interface Pair {
  query: GreyPicture;
  stored: GreyPicture;
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
