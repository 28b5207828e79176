import type { ModelManifest } from '#shared/embedding/manifest.ts';
import { quantile } from './measure.ts';

type Copy = ModelManifest['thresholds']['copy'];
type Points = ModelManifest['calibration']['copy'];

/** The data to fit the rules for copies on: cosines of edited images with their originals and with all others. */
export interface CopyCosines {
  /** One for each edited image. */
  copies: readonly number[];
  /** Cosines of mild edits only. */
  mild: readonly number[];
  /** Cosines of each edited image with all other originals. */
  others: readonly number[];
}

/** The size of library that precision is stated for: a larger one has more false candidates. */
const LIBRARY = 1000;

/** Jeffreys' prior: of n false pairs seen, n + .5 are expected. */
const UNSEEN = 0.5;

/**
 * Fits thresholds and calibration for copies. Scales false pairs to a library of 1 000 and adds half a pair: few photographs
 * result in strict thresholds.
 * @param photographs number of originals
 * @throws RangeError if there are too few photographs to show a precision of 99.9 %
 */
export function fitCopy({ copies, mild, others }: CopyCosines, photographs: number) {
  const weight = (LIBRARY - 1) / (photographs - 1);
  const from = (precision: number): number => {
    const cosine = leastCosine(copies, others, precision, weight);
    if (cosine !== undefined) return roundedUp(cosine);
    throw new RangeError(
      `${photographs} photographs are too few to show a precision of ${precision} of this model: take more of them, no two alike`,
    );
  };
  const [review, precision_99, precision_999] = [from(0.9), from(0.99), from(0.999)];
  const near_exact = Math.max(precision_999, roundedUp(quantile(mild, 0.5)));
  const thresholds: Copy = { near_exact, precision_999, precision_99, review };
  const calibration: Points =
    precision_99 < precision_999
      ? [
          [precision_99, 0.99],
          [precision_999, 0.999],
        ]
      : [[precision_999, 0.999]];
  return { thresholds, calibration };
}

/** Returns the least cosine from which pairs have the precision. */
function leastCosine(
  copies: readonly number[],
  others: readonly number[],
  precision: number,
  weight: number,
): number | undefined {
  const descending = (values: readonly number[]) => Float64Array.from(values).sort().reverse();
  const [right, wrong] = [descending(copies), descending(others)];
  let [least, nearer]: [number | undefined, number] = [undefined, 0];
  for (const [at, cosine] of right.entries()) {
    while ((wrong[nearer] ?? -Infinity) >= cosine) nearer++;
    if ((at + 1) / (at + 1 + (nearer + UNSEEN) * weight) >= precision) least = cosine;
  }
  return least;
}

const roundedUp = (cosine: number): number => Math.ceil(1000 * cosine) / 1000;
