import type { Size } from '#shared/imaging/raster.ts';
import type { Turn } from '#shared/imaging/turn.ts';
import { doubleAt as at } from '#shared/matching/typed-arrays.ts';
import { type Complex, carry, type Matches, matchCells, type PictureCells } from './descriptor-matches.ts';

export interface Point {
  x: number;
  y: number;
}

/** Where a query's own corners (top left, then clockwise) lie, in shares of the stored picture's width and height. */
export type Quad = readonly [Point, Point, Point, Point];

/** How one picture lies within another. */
export interface Alignment {
  /** The sum of the cosines of the cells that agree: 14 says *copy* (the manifest's `thresholds.local.verified`). */
  score: number;
  quad: Quad;
  /** The query's longer side in the stored picture, as a share of that picture's longer side. */
  scale: number;
  /** Degrees clockwise, -180 to 180, by which the query (mirrored first, where it is) is turned. */
  rotation: number;
  mirrored: boolean;
}

/** Two matches that define a transform are at least this far apart, in longer sides of the query. */
const MIN_APART = 0.1;
const MIN_SCALE = 0.25;
const MAX_SCALE = 4;
/** A match agrees with a transform that carries it to within this distance, in longer sides of the stored picture. */
const TOLERANCE = 0.05;

/**
 * Looks for the similarity transform that most of the two pictures' matching cells agree on: tries the one that
 * every two matches define. Deterministic. The numbers come with the model (models/README.md).
 * @returns undefined where no two matches define a transform
 */
export function align(
  query: PictureCells,
  stored: PictureCells,
  turn: Turn = 'upright',
): Alignment | undefined {
  const matches = matchCells(query, stored);
  const best = bestTransform(matches);
  return best && describe(best, query, stored, turn);
}

interface Fit {
  score: number;
  a: Complex;
  b: Complex;
}

function bestTransform(matches: Matches): Fit | undefined {
  const { count, qx, qy, sx, sy } = matches;
  let best: Fit | undefined;
  for (let i = 0; i < count; i++) {
    for (let j = i + 1; j < count; j++) {
      const dx = at(qx, j) - at(qx, i);
      const dy = at(qy, j) - at(qy, i);
      const apart = dx * dx + dy * dy;
      if (apart < MIN_APART ** 2) continue;
      const ex = at(sx, j) - at(sx, i);
      const ey = at(sy, j) - at(sy, i);
      const scale = (ex * ex + ey * ey) / apart;
      if (scale <= MIN_SCALE ** 2 || scale >= MAX_SCALE ** 2) continue;
      // a = (s_j - s_i) / (q_j - q_i), b = s_i - a q_i
      const ar = (ex * dx + ey * dy) / apart;
      const ai = (ey * dx - ex * dy) / apart;
      const br = at(sx, i) - (ar * at(qx, i) - ai * at(qy, i));
      const bi = at(sy, i) - (ar * at(qy, i) + ai * at(qx, i));
      const score = scoreOf(matches, ar, ai, br, bi);
      if (!best || score > best.score) best = { score, a: { re: ar, im: ai }, b: { re: br, im: bi } };
    }
  }
  return best;
}

/** The sum of the cosines of the matches that agree with the transform `z → a z + b`. */
function scoreOf({ count, qx, qy, sx, sy, cosine }: Matches, ar: number, ai: number, br: number, bi: number) {
  let score = 0;
  for (let k = 0; k < count; k++) {
    const x = ar * at(qx, k) - ai * at(qy, k) + br - at(sx, k);
    const y = ar * at(qy, k) + ai * at(qx, k) + bi - at(sy, k);
    if (x * x + y * y <= TOLERANCE ** 2) score += at(cosine, k);
  }
  return score;
}

/** By each turn: where the upright picture's corners (top left, then clockwise) lie in the picture as it was held. */
const CORNERS: Record<Turn, readonly (readonly [number, number])[]> = {
  upright: [
    [0, 0],
    [1, 0],
    [1, 1],
    [0, 1],
  ],
  mirrored: [
    [1, 0],
    [0, 0],
    [0, 1],
    [1, 1],
  ],
  turned90: [
    [1, 0],
    [1, 1],
    [0, 1],
    [0, 0],
  ],
  turned180: [
    [1, 1],
    [0, 1],
    [0, 0],
    [1, 0],
  ],
  turned270: [
    [0, 1],
    [0, 0],
    [1, 0],
    [1, 1],
  ],
};

function describe({ score, a, b }: Fit, query: PictureCells, stored: PictureCells, turn: Turn): Alignment {
  const queryLonger = Math.max(query.width, query.height);
  const storedLonger = Math.max(stored.width, stored.height);
  const corner = (index: number): Point => {
    const [x, y] = CORNERS[turn][index] ?? [0, 0];
    const lies = carry({ re: (x * query.width) / queryLonger, im: (y * query.height) / queryLonger }, a, b);
    return { x: (lies.re * storedLonger) / stored.width, y: (lies.im * storedLonger) / stored.height };
  };
  const onItsSide = turn === 'turned90' || turn === 'turned270';
  const own = onItsSide ? { width: query.height, height: query.width } : query;
  return alignmentBy([corner(0), corner(1), corner(2), corner(3)], score, own, stored);
}

/** What the place of a query's corners says of how it lies. Sizes are the pictures' own, upright, in any unit. */
export function alignmentBy(quad: Quad, score: number, query: Size, stored: Size): Alignment {
  const [corner, right, , below] = quad;
  const along = { x: (right.x - corner.x) * stored.width, y: (right.y - corner.y) * stored.height };
  const down = { x: (below.x - corner.x) * stored.width, y: (below.y - corner.y) * stored.height };
  const area = along.x * down.y - along.y * down.x;
  const mirrored = area < 0;
  const enlarged = Math.sqrt(Math.abs(area) / (query.width * query.height));
  const direction = mirrored ? -1 : 1;
  return {
    score,
    quad,
    scale: (enlarged * Math.max(query.width, query.height)) / Math.max(stored.width, stored.height),
    rotation: (Math.atan2(direction * along.y, direction * along.x) * 180) / Math.PI,
    mirrored,
  };
}
