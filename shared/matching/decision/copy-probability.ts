import type { DifferingArea, PixelEvidence } from './evidence.ts';

/** A logistic model: the probability is σ(bias + Σ weight × feature). */
export interface Logistic<Feature extends string> {
  bias: number;
  weights: Record<Feature, number>;
}

export const SAME_FEATURES = [
  'agreeing',
  'share',
  'coarse_median',
  'coarse_20',
  'fine_median',
  'fine_20',
] as const;
export const CONTENT_FEATURES = [
  'common',
  'plain',
  'other_plain',
  'one_sided',
  'contrast',
  'unchanged',
  'size',
  'noise_ratio',
  'two_tone',
  'flat',
  'span',
] as const;

/** Fitted by `models/build/decision.py`; the coefficients are in the model's manifest. */
export interface CopyModel {
  /** That both images show the same scene. Its weights are not negative: more agreement is never less of a copy. */
  same: Logistic<(typeof SAME_FEATURES)[number]>;
  /** That an area differs by content, as the number on a ticket does, and not by an overlay or noise. */
  content: Logistic<(typeof CONTENT_FEATURES)[number]>;
}

/** Returns the probability that one image is an edited copy of the other: the same scene, and nothing else in it. */
export function copyProbability(pixels: PixelEvidence, { same, content }: CopyModel): number {
  const otherContent = Math.max(0, ...pixels.areas.map((area) => probability(content, contentFeatures(area))));
  return probability(same, sameFeatures(pixels)) * (1 - otherContent);
}

function sameFeatures({ agreeing, disagreeing, coarse, fine }: PixelEvidence) {
  return {
    agreeing: Math.log(1 + agreeing),
    share: nines(agreeing / Math.max(1, agreeing + disagreeing)),
    coarse_median: nines(coarse[2]),
    coarse_20: nines(coarse[1]),
    fine_median: nines(fine[2]),
    fine_20: nines(fine[1]),
  };
}

function contentFeatures(area: DifferingArea) {
  return {
    common: area.common,
    plain: area.plain[0],
    other_plain: area.plain[1],
    one_sided: area.oneSided,
    contrast: Math.log(1 + area.contrast),
    unchanged: area.unchanged,
    size: Math.log(area.size),
    noise_ratio: Math.log(1 + area.noiseRatio),
    two_tone: area.twoTone,
    flat: area.flat,
    span: area.span,
  };
}

/** Stretches the values near 1, where copies are: .9, .97 and 1 are about as far apart. */
const nines = (value: number): number => -Math.log(1.03 - Math.min(1, Math.max(0, value)));

function probability<Feature extends string>(
  { bias, weights }: Logistic<Feature>,
  features: Record<Feature, number>,
): number {
  let sum = bias;
  for (const feature in features) sum += weights[feature] * features[feature];
  return 1 / (1 + Math.exp(-sum));
}
