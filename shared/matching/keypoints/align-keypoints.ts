import type { Size } from '#shared/imaging/raster.ts';
import type { Point, Quad } from '#shared/matching/geometry/alignment.ts';
import { floatAt } from '#shared/matching/typed-arrays.ts';
import { type Keypoints, WORDS } from './keypoints.ts';

/** Differing bits of 256: unrelated corners differ in 128, give or take 15. */
const MAX_DISTANCE = 72;
/** The nearest is to be nearer than the second by so much. */
const RATIO = 0.9;
/** Descriptors that differ in more of the first half's bits are not near. */
const FAR_HALF = 44;
const FAR = 100;
/** In longer sides: while one match alone defines a transform, and once many do. */
const TOLERANCE = { one: 0.03, many: 0.015 };
const MIN_INLIERS = 5;
const MIN_SCALE = 1 / 6;

interface Match {
  /** Positions, in longer sides. */
  from: Point;
  to: Point;
  scale: number;
  angle: number;
}

/** `x' = a x + b y + c`, `y' = d x + e y + f`, in longer sides. */
type Affine = readonly [a: number, b: number, c: number, d: number, e: number, f: number];

export interface KeypointAlignment {
  quad: Quad;
  inliers: number;
}

/** Finds where one image lies in the other, upright or turned, and mirrored or not, by keypoints that match. */
export function alignKeypoints(one: Keypoints & Size, other: Keypoints & Size): readonly KeypointAlignment[] {
  return [false, true]
    .flatMap((mirrored) => {
      const matches = matchesOf(one, other, mirrored);
      const affine = bestAffine(matches, mirrored);
      return affine ? [{ quad: quadOf(affine.transform, one, other), inliers: affine.inliers }] : [];
    })
    .sort((first, second) => second.inliers - first.inliers);
}

function matchesOf(one: Keypoints, other: Keypoints, mirrored: boolean): Match[] {
  const bits = mirrored ? one.mirroredBits : one.bits;
  const [nearest, back] = [nothingNear(one.count), nothingNear(other.count)];
  for (let from = 0; from < one.count; from++) compareWithAll(bits, from, other.bits, nearest, back);
  const matches: Match[] = [];
  for (let from = 0; from < one.count; from++) {
    const to = nearest.index[from] as number;
    if (to < 0 || back.index[to] !== from || !isDistinct(nearest, from) || !isDistinct(back, to)) continue;
    const angle = floatAt(one.angle, from);
    matches.push({
      from: { x: floatAt(one.x, from), y: floatAt(one.y, from) },
      to: { x: floatAt(other.x, to), y: floatAt(other.y, to) },
      scale: floatAt(other.scale, to) / floatAt(one.scale, from),
      angle: floatAt(other.angle, to) - (mirrored ? Math.PI - angle : angle),
    });
  }
  return matches;
}

/** The nearest descriptor of the other image, and the distances of the two nearest, for each. */
interface Nearest {
  index: Int32Array;
  distance: Uint16Array;
  second: Uint16Array;
}

const nothingNear = (count: number): Nearest => ({
  index: new Int32Array(count).fill(-1),
  distance: new Uint16Array(count).fill(FAR),
  second: new Uint16Array(count).fill(FAR),
});

/** Finds the nearest of `others` to one descriptor, and updates the nearest to each of them. */
function compareWithAll(bits: Int32Array, one: number, others: Int32Array, from: Nearest, to: Nearest): void {
  const at = one * WORDS;
  const count = to.index.length;
  for (let other = 0, otherAt = 0; other < count; other++, otherAt += WORDS) {
    let differing =
      bitsIn((bits[at] as number) ^ (others[otherAt] as number)) +
      bitsIn((bits[at + 1] as number) ^ (others[otherAt + 1] as number)) +
      bitsIn((bits[at + 2] as number) ^ (others[otherAt + 2] as number)) +
      bitsIn((bits[at + 3] as number) ^ (others[otherAt + 3] as number));
    if (differing > FAR_HALF) continue;
    differing +=
      bitsIn((bits[at + 4] as number) ^ (others[otherAt + 4] as number)) +
      bitsIn((bits[at + 5] as number) ^ (others[otherAt + 5] as number)) +
      bitsIn((bits[at + 6] as number) ^ (others[otherAt + 6] as number)) +
      bitsIn((bits[at + 7] as number) ^ (others[otherAt + 7] as number));
    update(from, one, other, differing);
    update(to, other, one, differing);
  }
}

function update({ index, distance, second }: Nearest, at: number, other: number, differing: number): void {
  if (differing < (distance[at] as number)) {
    second[at] = distance[at] as number;
    distance[at] = differing;
    index[at] = other;
  } else if (differing < (second[at] as number)) second[at] = differing;
}

/** The nearest has to be near, and clearly nearer than the second. */
const isDistinct = ({ distance, second }: Nearest, at: number): boolean =>
  (distance[at] as number) <= MAX_DISTANCE && (distance[at] as number) < RATIO * (second[at] as number);

function bitsIn(word: number): number {
  let bits = word - ((word >>> 1) & 0x55555555);
  bits = (bits & 0x33333333) + ((bits >>> 2) & 0x33333333);
  return Math.imul((bits + (bits >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}

function bestAffine(matches: readonly Match[], mirrored: boolean) {
  let best: readonly Match[] = [];
  for (const match of matches) {
    if (match.scale < MIN_SCALE || match.scale > 1 / MIN_SCALE) continue;
    const inliers = inliersOf(matches, similarityOf(match, mirrored), TOLERANCE.one);
    if (inliers.length > best.length) best = inliers;
  }
  if (best.length < MIN_INLIERS) return undefined;
  let transform: Affine | undefined;
  for (let round = 0; round < 3; round++) {
    const refined = fitted(best);
    if (!refined) break;
    const inliers = inliersOf(matches, refined, TOLERANCE.many);
    if (inliers.length < MIN_INLIERS) break;
    [transform, best] = [refined, inliers];
  }
  return transform && { transform, inliers: best.length };
}

/** Returns the similarity transform that one match defines, by its scale and direction. */
function similarityOf({ from, to, scale, angle }: Match, mirrored: boolean): Affine {
  const [cos, sin] = [scale * Math.cos(angle), scale * Math.sin(angle)];
  const sign = mirrored ? -1 : 1;
  const [a, b, d, e] = [sign * cos, -sin, sign * sin, cos];
  return [a, b, to.x - a * from.x - b * from.y, d, e, to.y - d * from.x - e * from.y];
}

const inliersOf = (matches: readonly Match[], [a, b, c, d, e, f]: Affine, tolerance: number): Match[] =>
  matches.filter(
    ({ from: { x, y }, to }) =>
      (a * x + b * y + c - to.x) ** 2 + (d * x + e * y + f - to.y) ** 2 <= tolerance ** 2,
  );

/** Fits an affine transform by least squares; undefined if the matches lie on a line. */
function fitted(matches: readonly Match[]): Affine | undefined {
  const count = matches.length;
  const mean = (value: (match: Match) => number): number =>
    matches.reduce((sum, match) => sum + value(match), 0) / count;
  const [x, y] = [mean(({ from }) => from.x), mean(({ from }) => from.y)];
  const [u, v] = [mean(({ to }) => to.x), mean(({ to }) => to.y)];
  const xx = mean(({ from }) => (from.x - x) ** 2);
  const yy = mean(({ from }) => (from.y - y) ** 2);
  const xy = mean(({ from }) => (from.x - x) * (from.y - y));
  const determinant = xx * yy - xy * xy;
  if (!(determinant > 1e-9)) return undefined;
  const row = (value: (match: Match) => number, centre: number) => {
    const xv = mean((match) => (match.from.x - x) * (value(match) - centre));
    const yv = mean((match) => (match.from.y - y) * (value(match) - centre));
    const [a, b] = [(xv * yy - yv * xy) / determinant, (yv * xx - xv * xy) / determinant];
    return [a, b, centre - a * x - b * y] as const;
  };
  return [...row(({ to }) => to.x, u), ...row(({ to }) => to.y, v)];
}

function quadOf([a, b, c, d, e, f]: Affine, one: Size, other: Size): Quad {
  const [longer, otherLonger] = [Math.max(one.width, one.height), Math.max(other.width, other.height)];
  const corner = (right: number, down: number): Point => {
    const [x, y] = [(right * one.width) / longer, (down * one.height) / longer];
    return {
      x: ((a * x + b * y + c) * otherLonger) / other.width,
      y: ((d * x + e * y + f) * otherLonger) / other.height,
    };
  };
  return [corner(0, 0), corner(1, 0), corner(1, 1), corner(0, 1)];
}
