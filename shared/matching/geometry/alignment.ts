import type { Size } from '#shared/imaging/raster.ts';
import { doubleAt as at } from '#shared/matching/typed-arrays.ts';
import {
  type Complex,
  type LocalDescriptors,
  type Matches,
  matchDescriptors,
  raritiesOf,
  transform,
} from './descriptor-matches.ts';

export interface Point {
  x: number;
  y: number;
}

/** The positions of a query's corners (top left, then clockwise), in shares of the stored image's width and height. */
export type Quad = readonly [Point, Point, Point, Point];

/** A similarity transform from the query into a stored image. */
export interface Alignment {
  /** The sum of the inliers' cosines: 14 proves a copy (the manifest's `thresholds.local.verified`). */
  inlierScore: number;
  quad: Quad;
  /** The query's longer side in the stored image, as a share of that image's longer side. */
  scale: number;
  /** Degrees clockwise, -180 to 180, after mirroring if `mirrored`. */
  rotation: number;
  mirrored: boolean;
}

/** An alignment of two images' local descriptors. */
export interface Aligned {
  alignment: Alignment;
  /**
   * Computes the inlier score with each inlier weighted by its rarity: look-alikes on blank ground or lines of text stay below 6.
   * It takes the rarities of both images, some 4 ms: only where pixels are compared it is needed.
   */
  rareInlierScore: () => number;
}

/** The least distance of two matches that define a transform, in longer sides of the query. */
const MIN_DISTANCE = 0.1;
const MIN_SCALE = 0.25;
const MAX_SCALE = 4;
/** An inlier lies within this distance after the transform, in longer sides of the stored image. */
const TOLERANCE = 0.05;

/**
 * Finds the similarity transform with the highest inlier score, of those that any two matches define. Deterministic, unlike
 * RANSAC. The constants were measured with the model (models/README.md).
 * @returns undefined if no two matches define a transform
 */
export function align(query: LocalDescriptors, stored: LocalDescriptors): Aligned | undefined {
  const matches = matchDescriptors(query, stored);
  const best = bestTransform(matches);
  return (
    best && {
      alignment: describe(best, query, stored),
      rareInlierScore: () => rareInlierScore(best, matches, query, stored),
    }
  );
}

function rareInlierScore(
  { a, b }: Fit,
  matches: Matches,
  query: LocalDescriptors,
  stored: LocalDescriptors,
): number {
  const [queryRarity, storedRarity] = [raritiesOf(query), raritiesOf(stored)];
  let score = 0;
  for (let match = 0; match < matches.count; match++) {
    const { re, im } = transform({ re: at(matches.qx, match), im: at(matches.qy, match) }, a, b);
    const distance = Math.hypot(re - at(matches.sx, match), im - at(matches.sy, match));
    if (distance > TOLERANCE) continue;
    const rarity = Math.min(
      at(queryRarity, matches.queryIndex[match] ?? 0),
      at(storedRarity, matches.storedIndex[match] ?? 0),
    );
    score += at(matches.cosine, match) * rarity;
  }
  return score;
}

interface Fit {
  inlierScore: number;
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
      const squaredDistance = dx * dx + dy * dy;
      if (squaredDistance < MIN_DISTANCE ** 2) continue;
      const ex = at(sx, j) - at(sx, i);
      const ey = at(sy, j) - at(sy, i);
      const squaredScale = (ex * ex + ey * ey) / squaredDistance;
      if (squaredScale <= MIN_SCALE ** 2 || squaredScale >= MAX_SCALE ** 2) continue;
      // a = (s_j - s_i) / (q_j - q_i), b = s_i - a q_i
      const ar = (ex * dx + ey * dy) / squaredDistance;
      const ai = (ey * dx - ex * dy) / squaredDistance;
      const br = at(sx, i) - (ar * at(qx, i) - ai * at(qy, i));
      const bi = at(sy, i) - (ar * at(qy, i) + ai * at(qx, i));
      const inlierScore = inlierScoreOf(matches, ar, ai, br, bi);
      if (!best || inlierScore > best.inlierScore)
        best = { inlierScore, a: { re: ar, im: ai }, b: { re: br, im: bi } };
    }
  }
  return best;
}

/** Sums the cosines of the inliers of the transform `z → a z + b`. A function of its own, so that V8 optimises it early. */
function inlierScoreOf(
  { count, qx, qy, sx, sy, cosine }: Matches,
  ar: number,
  ai: number,
  br: number,
  bi: number,
) {
  let score = 0;
  for (let k = 0; k < count; k++) {
    const x = ar * at(qx, k) - ai * at(qy, k) + br - at(sx, k);
    const y = ar * at(qy, k) + ai * at(qx, k) + bi - at(sy, k);
    if (x * x + y * y <= TOLERANCE ** 2) score += at(cosine, k);
  }
  return score;
}

function describe({ inlierScore, a, b }: Fit, query: LocalDescriptors, stored: LocalDescriptors): Alignment {
  const queryLonger = Math.max(query.width, query.height);
  const storedLonger = Math.max(stored.width, stored.height);
  const corner = (x: number, y: number): Point => {
    const z = transform({ re: (x * query.width) / queryLonger, im: (y * query.height) / queryLonger }, a, b);
    return { x: (z.re * storedLonger) / stored.width, y: (z.im * storedLonger) / stored.height };
  };
  const quad = [corner(0, 0), corner(1, 0), corner(1, 1), corner(0, 1)] as const;
  return alignmentFromQuad(quad, inlierScore, query, stored);
}

/** Derives scale, rotation and mirroring from a quad. Sizes are those of the upright images, in any unit. */
export function alignmentFromQuad(quad: Quad, inlierScore: number, query: Size, stored: Size): Alignment {
  const [topLeft, topRight, , bottomLeft] = quad;
  const right = { x: (topRight.x - topLeft.x) * stored.width, y: (topRight.y - topLeft.y) * stored.height };
  const down = {
    x: (bottomLeft.x - topLeft.x) * stored.width,
    y: (bottomLeft.y - topLeft.y) * stored.height,
  };
  const area = right.x * down.y - right.y * down.x;
  const mirrored = area < 0;
  const scale = Math.sqrt(Math.abs(area) / (query.width * query.height));
  const direction = mirrored ? -1 : 1;
  return {
    ...{ inlierScore, quad },
    scale: (scale * Math.max(query.width, query.height)) / Math.max(stored.width, stored.height),
    rotation: (Math.atan2(direction * right.y, direction * right.x) * 180) / Math.PI,
    mirrored,
  };
}
