import type { Size } from '#shared/imaging/raster.ts';
import type { Point, Quad } from '#shared/matching/geometry/alignment.ts';
import { floatAt } from '#shared/matching/typed-arrays.ts';
import { fitAffine, fitHomography, type Homography, mapped, type PointMatch } from './homography.ts';
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
/** A perspective has two more unknowns: it is taken from so many matches on, if so many times more agree on it. */
const PERSPECTIVE = { inliers: 16, gain: 1.05 };

interface Match extends PointMatch {
  scale: number;
  angle: number;
}

export interface KeypointAlignment {
  quad: Quad;
  inliers: number;
}

/** Finds where one image lies in the other, upright or turned, and mirrored or not, by keypoints that match. */
export function alignKeypoints(one: Keypoints & Size, other: Keypoints & Size): readonly KeypointAlignment[] {
  return [false, true]
    .flatMap((mirrored) => {
      const matches = matchesOf(one, other, mirrored);
      const found = bestTransform(matches, mirrored);
      return found ? [{ quad: quadOf(found.transform, one, other), inliers: found.inliers.length }] : [];
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

function bestTransform(matches: readonly Match[], mirrored: boolean): Found | undefined {
  let best: readonly Match[] = [];
  for (const match of matches) {
    if (match.scale < MIN_SCALE || match.scale > 1 / MIN_SCALE) continue;
    const inliers = inliersOf(matches, similarityOf(match, mirrored), TOLERANCE.one);
    if (inliers.length > best.length) best = inliers;
  }
  const affine = refined(matches, best, fitAffine, MIN_INLIERS);
  const homography = affine && refined(matches, affine.inliers, fitHomography, PERSPECTIVE.inliers);
  const gains = homography && homography.inliers.length >= PERSPECTIVE.gain * affine.inliers.length;
  return gains ? homography : affine;
}

interface Found {
  transform: Homography;
  inliers: readonly Match[];
}

/** Fits a transform to the inliers, and finds those of the fit, three times; undefined if there are too few. */
function refined(
  matches: readonly Match[],
  inliers: readonly Match[],
  fitTo: (matches: readonly Match[]) => Homography | undefined,
  fewest: number,
): Found | undefined {
  let found: Found | undefined;
  let best = inliers;
  for (let round = 0; round < 3 && best.length >= fewest; round++) {
    const transform = fitTo(best);
    if (!transform) break;
    best = inliersOf(matches, transform, TOLERANCE.many);
    if (best.length >= fewest) found = { transform, inliers: best };
  }
  return found;
}

/** Returns the similarity transform that one match defines, by its scale and direction. */
function similarityOf({ from, to, scale, angle }: Match, mirrored: boolean): Homography {
  const [cos, sin] = [scale * Math.cos(angle), scale * Math.sin(angle)];
  const sign = mirrored ? -1 : 1;
  const [a, b, d, e] = [sign * cos, -sin, sign * sin, cos];
  return [a, b, to.x - a * from.x - b * from.y, d, e, to.y - d * from.x - e * from.y, 0, 0];
}

const inliersOf = (matches: readonly Match[], transform: Homography, tolerance: number): Match[] =>
  matches.filter(({ from, to }) => {
    const { x, y } = mapped(transform, from);
    return (x - to.x) ** 2 + (y - to.y) ** 2 <= tolerance ** 2;
  });

function quadOf(transform: Homography, one: Size, other: Size): Quad {
  const [longer, otherLonger] = [Math.max(one.width, one.height), Math.max(other.width, other.height)];
  const corner = (right: number, down: number): Point => {
    const { x, y } = mapped(transform, { x: (right * one.width) / longer, y: (down * one.height) / longer });
    return { x: (x * otherLonger) / other.width, y: (y * otherLonger) / other.height };
  };
  return [corner(0, 0), corner(1, 0), corner(1, 1), corner(0, 1)];
}
