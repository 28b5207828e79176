import type { Difference } from '#shared/matching/registration/describe-area.ts';
import type { Evidence, PixelEvidence } from './evidence.ts';

/** Fitted by `models/build/decision.py` on libraries that it makes; the coefficients are in the model's manifest. */
export interface CopyModel {
  /**
   * That both images show the same scene: a logistic model, σ(bias + Σ weight × feature). Its weights are not negative, so
   * that more agreement is never less of a copy.
   */
  same: { bias: number; weights: Record<SameFeature, number> };
  /**
   * That an area differs by content, as the number on a ticket does, and not by an overlay or noise: a sum of small trees,
   * σ(bias + Σ leaf). What is drawn over a photograph is told by combinations of features, which no weighted sum finds.
   */
  content: { bias: number; trees: readonly Tree[] };
}

const SAME_FEATURES = ['share', 'coarse_20', 'fine_median', 'fine_20', 'rare_inliers'] as const;
type SameFeature = (typeof SAME_FEATURES)[number];

/** A leaf's value, or a split: [feature, threshold, tree if the feature is at most the threshold, tree if it is above]. */
export type Tree = number | readonly [feature: number, threshold: number, below: Tree, above: Tree];

/** Evidence of the pixels and the local descriptors of a pair. */
type PairEvidence = Pick<Evidence, 'rareInlierScore' | 'variety'> & { pixels: PixelEvidence };

/** Returns the probability that one image is an edited copy of the other: the same scene, and nothing else in it. */
export function copyProbability(
  { pixels, rareInlierScore = 0, variety = 0 }: PairEvidence,
  { same, content }: CopyModel,
): number {
  const otherContent = pixels.areas.map((area) =>
    sigmoid(leavesOf(content, contentFeatures(area, pixels, variety))),
  );
  const features = sameFeatures(pixels, rareInlierScore);
  const sum = SAME_FEATURES.reduce((all, name) => all + same.weights[name] * features[name], same.bias);
  return sigmoid(sum) * (1 - Math.max(0, ...otherContent));
}

function sameFeatures({ agreeing, disagreeing, coarse, fine }: PixelEvidence, rareInlierScore: number) {
  return {
    share: nines(agreeing / Math.max(1, agreeing + disagreeing)),
    coarse_20: nines(coarse[1]),
    fine_median: nines(fine[2]),
    fine_20: nines(fine[1]),
    rare_inliers: Math.log(1 + rareInlierScore),
  } satisfies Record<SameFeature, number>;
}

/** Stretches the values near 1, where copies are: .9, .97 and 1 are about as far apart. */
const nines = (value: number): number => -Math.log(1.03 - Math.min(1, Math.max(0, value)));

const leavesOf = ({ bias, trees }: CopyModel['content'], features: readonly number[]): number =>
  trees.reduce<number>((sum, tree) => sum + leafOf(tree, features), bias);

/** In the order of the trees' `feature`, as in `models/build/decision.py`. */
function contentFeatures(
  {
    sides: [side, other],
    changed: [first, second],
    outline: [edge, otherEdge],
    colours,
    ...area
  }: Difference,
  { fine, areas }: PixelEvidence,
  variety: number,
): readonly number[] {
  const [plain, colourful] = colours.sides;
  const { size, span, fill, common, unchanged, oneSided, contrast, noiseRatio, sharpness, shifted } = area;
  return [
    ...[size, span, fill, common, unchanged, oneSided, contrast, noiseRatio],
    ...[side.deviation, other.deviation, side.plain, other.plain],
    ...[side.twoTone, other.twoTone, side.flat, other.flat],
    ...[first.plain, second.plain, first.flat, second.flat, first.steep, second.steep],
    ...[fine[2], fine[1], areas.length, sharpness, shifted, first.extreme, second.extreme],
    ...[plain.uniform, colourful.uniform, plain.vivid, colourful.vivid, colours.distance, variety],
    ...[edge, otherEdge, (edge - otherEdge) / (edge + otherEdge + 1)],
  ];
}

function leafOf(tree: Tree, features: readonly number[]): number {
  let node = tree;
  while (typeof node !== 'number') {
    const [feature, threshold, below, above]: Exclude<Tree, number> = node;
    node = (features[feature] ?? 0) <= threshold ? below : above;
  }
  return node;
}

const sigmoid = (value: number): number => 1 / (1 + Math.exp(-value));
