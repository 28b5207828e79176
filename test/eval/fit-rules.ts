import type { ModelManifest } from '#shared/embedding/manifest.ts';
import { quantile } from './measure.ts';

type Copy = ModelManifest['thresholds']['copy'];
type Semantic = ModelManifest['thresholds']['semantic'];
type Points = ModelManifest['calibration']['copy'];

/** What the rules for copies are fitted on: cosines of edits, with their picture and with all others. */
export interface CopyCosines {
  /** One for each edited picture. */
  copies: readonly number[];
  /** Those of them that were hardly changed. */
  mild: readonly number[];
  /** All of all edited pictures. */
  others: readonly number[];
}

/** The size of library that precision is stated for: a larger one has more pictures to be taken for a copy. */
const LIBRARY = 1000;

/** Jeffreys' estimate: where n false pairs were seen, n and a half are to be expected. */
const UNSEEN = 0.5;

/**
 * Precision counts as if each picture had been asked for in a library of 1 000, and as if half a false pair more had
 * been seen than was: few photographs make careful thresholds, not bold ones.
 * @param photographs how many there were to be found
 * @throws RangeError where there are too few photographs to show a precision of 99.9 %
 */
export function fitCopy({ copies, mild, others }: CopyCosines, photographs: number) {
  const weight = (LIBRARY - 1) / (photographs - 1);
  const from = (precision: number): number => {
    const found = leastCosine(copies, others, precision, weight);
    if (found !== undefined) return roundedUp(found);
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

/** The least cosine from which at least that share of the pairs are copies. */
function leastCosine(
  copies: readonly number[],
  others: readonly number[],
  precision: number,
  weight: number,
): number | undefined {
  const falling = (values: readonly number[]) => Float64Array.from(values).sort().reverse();
  const [right, wrong] = [falling(copies), falling(others)];
  let [least, nearer]: [number | undefined, number] = [undefined, 0];
  for (const [at, cosine] of right.entries()) {
    while ((wrong[nearer] ?? -Infinity) >= cosine) nearer++;
    if ((at + 1) / (at + 1 + (nearer + UNSEEN) * weight) >= precision) least = cosine;
  }
  return least;
}

/** Cosines of the same pairs of different pictures: by the model in question, and by one whose calibration is known. */
export interface SemanticCosines {
  own: readonly number[];
  known: readonly number[];
}

/** So many pairs at least have to reach a cosine for it to be placed. */
const LEAST_PAIRS = 10;

/**
 * A cosine of the model is worth what a cosine of the known one is worth that as many pairs of pictures reach. Presumes
 * that the model knows likeness as well as the known one. Nothing is worth what unrelated pictures reach: the first
 * point is where the known cosine is 0. Points that too few pairs reach are left out.
 * @throws RangeError where too few pairs are similar at all
 */
export function fitSemantic(
  { own, known }: SemanticCosines,
  reference: { thresholds: Semantic; calibration: Points },
) {
  const rising = (values: readonly number[]) => Float64Array.from(values).sort();
  const [ours, theirs] = [rising(own), rising(known)];
  const place = (cosine: number): number | undefined => {
    const reaching = theirs.filter((other) => other >= cosine).length;
    const placed = reaching < LEAST_PAIRS ? undefined : ours[ours.length - reaching];
    return placed === undefined ? undefined : rounded(placed);
  };
  const calibration: Points = [];
  for (const [cosine, share] of [[0, 0] as const, ...reference.calibration]) {
    const placed = place(cosine);
    if (placed !== undefined && placed > (calibration.at(-1)?.[0] ?? -Infinity))
      calibration.push([placed, share]);
  }
  const [similar, loosely_similar] = [
    place(reference.thresholds.similar),
    place(reference.thresholds.loosely_similar),
  ];
  if (similar === undefined || loosely_similar === undefined)
    throw new RangeError(
      `fewer than ${LEAST_PAIRS} of ${known.length} pairs are similar: take more photographs`,
    );
  return { thresholds: { similar, loosely_similar }, calibration };
}

const rounded = (cosine: number): number => Math.round(1000 * cosine) / 1000;
const roundedUp = (cosine: number): number => Math.ceil(1000 * cosine) / 1000;
