import type { Point } from './alignment.ts';
import { type GreyPicture, greyOf, longerSide, type Pixels, shrunk } from './grey-picture.ts';
import { type Affine, blockCorrelations, overlap, register } from './registration.ts';

export type { Pixels } from './grey-picture.ts';

/** Where the query's corners (top left, then clockwise) lie, in shares of the stored picture's width and height. */
export type Quad = readonly [Point, Point, Point, Point];

/** Longer sides of the pictures as they are compared, coarse to fine, in pixels, and how each is gone about. */
const LEVELS = [
  { side: 64, steps: 10, stride: 1 },
  { side: 128, steps: 8, stride: 2 },
  { side: 256, steps: 5, stride: 3 },
  { side: 448, steps: 4, stride: 4 },
] as const;
const [COARSEST, ...FINER] = LEVELS;

/** The blocks that agree least may be what was pasted on; the fifth part of them from below says how the rest is. */
const QUANTILE = 0.2;
const MIN_BLOCKS = 6;

/** The whole of the query on the whole of the stored picture, as it is and mirrored. */
const WHOLE: Quad = [
  { x: 0, y: 0 },
  { x: 1, y: 0 },
  { x: 1, y: 1 },
  { x: 0, y: 1 },
];
const MIRRORED: Quad = [WHOLE[1], WHOLE[0], WHOLE[3], WHOLE[2]];

/**
 * How well two pictures agree in their pixels, -1..1, once the one is laid upon the other: it begins where each of the
 * quads says, with the whole on the whole, and with that mirrored; goes on from the best; and takes the correlation that
 * four fifths of the blocks reach. Two pages of one layout stay below .65, a page and its copy above .8.
 */
export function pixelAgreement(query: Pixels, stored: Pixels, quads: readonly Quad[]): number {
  const whole = { query: greyOf(query), stored: greyOf(stored) };
  const atSide = (side: number) => ({ query: shrunk(whole.query, side), stored: shrunk(whole.stored, side) });
  let pair = atSide(COARSEST.side);
  const starts = [...quads, WHOLE, MIRRORED].map((quad) => {
    const by = register(pair.query, pair.stored, affineOf(quad, pair.query, pair.stored), COARSEST);
    return { by, fits: overlap(pair.query, pair.stored, by) };
  });
  let { by } = starts.reduce((best, each) => (each.fits > best.fits ? each : best));
  for (const level of FINER) {
    const finer = atSide(level.side);
    by = register(finer.query, finer.stored, rescaled(by, pair, finer), level);
    pair = finer;
  }
  const blocks = blockCorrelations(pair.query, pair.stored, by);
  return blocks.length < MIN_BLOCKS ? -1 : (blocks[Math.floor(blocks.length * QUANTILE)] ?? -1);
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
