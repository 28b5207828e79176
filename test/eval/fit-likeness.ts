import type { ModelManifest } from '#shared/embedding/manifest.ts';
import { DEFAULT_SETTINGS } from '#shared/kernel/settings.ts';

type Semantic = ModelManifest['thresholds']['semantic'];
type Points = ModelManifest['calibration']['semantic'];

/** A query and one of its nearest images: their cosine, and whether both show the same kind of thing. */
export interface LabelledPair {
  cosine: number;
  isSameKind: boolean;
}

/** Width of the intervals of cosines that a share is measured in. */
const INTERVAL = 0.05;
/** Fewer pairs show no share. */
const MIN_PAIRS = 40;
/** Agresti and Coull add two successes and two failures. */
const ADDED = 2;
/** From this share on, two images are rather of the same kind than not. */
const LOOSELY = 0.5;

/**
 * Fits the share of pairs of the same kind among the pairs *around* a cosine. Pairs of one kind resemble each other, so a
 * share counts as that of as many observations as there are kinds, not pairs: it never reaches 0 or 1.
 * @param kinds number of kinds that the queries are of
 * @throws RangeError if no cosine shows that images are of the same kind
 */
export function fitLikeness(
  pairs: readonly LabelledPair[],
  kinds: number,
): { thresholds: Semantic; calibration: Points } {
  const byInterval = Map.groupBy(
    pairs.filter(({ cosine }) => cosine > 0),
    ({ cosine }) => Math.floor(cosine / INTERVAL),
  );
  const measured = [...byInterval.values()]
    .filter((own) => own.length >= MIN_PAIRS)
    .map((own) => ({
      cosine: own.reduce((sum, { cosine }) => sum + cosine, 0) / own.length,
      share: (kinds * shareOfSameKind(own) + ADDED) / (kinds + 2 * ADDED),
      weight: own.length,
    }))
    .sort((one, other) => one.cosine - other.cosine);
  const calibration: Points = monotone(measured).map(({ cosine, share }) => [
    rounded(cosine),
    rounded(share),
  ]);
  const thresholds = {
    similar: cosineAt(calibration, DEFAULT_SETTINGS.similarity_threshold),
    loosely_similar: cosineAt(calibration, LOOSELY),
  };
  return { thresholds, calibration };
}

const shareOfSameKind = (pairs: readonly LabelledPair[]): number =>
  pairs.filter(({ isSameKind }) => isSameKind).length / pairs.length;

interface Measured {
  cosine: number;
  share: number;
  weight: number;
}

/** Pools neighbours until shares and rounded cosines grow: isotonic regression by pooling adjacent violators. */
function monotone(measured: readonly Measured[]): Measured[] {
  const pooled: Measured[] = [];
  for (let next of measured) {
    for (let last = pooled.at(-1); last && !grows(last, next); last = pooled.at(-1)) {
      pooled.pop();
      next = mean(last, next);
    }
    pooled.push(next);
  }
  return pooled;
}

const grows = (one: Measured, other: Measured): boolean =>
  one.share < other.share && rounded(one.cosine) < rounded(other.cosine);

function mean(one: Measured, other: Measured): Measured {
  const weight = one.weight + other.weight;
  const weighted = (of: 'cosine' | 'share') => (one[of] * one.weight + other[of] * other.weight) / weight;
  return { cosine: weighted('cosine'), share: weighted('share'), weight };
}

/** Returns the least cosine with the share. */
function cosineAt(points: Points, share: number): number {
  let [lowCosine, lowShare] = [0, 0];
  for (const [cosine, reached] of points) {
    if (reached >= share)
      return rounded(lowCosine + ((share - lowShare) / (reached - lowShare)) * (cosine - lowCosine));
    [lowCosine, lowShare] = [cosine, reached];
  }
  throw new RangeError(
    `no cosine shows with a share of ${share} that images are of the same kind: take more kinds and images, or another model`,
  );
}

const rounded = (value: number): number => Math.round(1000 * value) / 1000;
