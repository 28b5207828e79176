import type { Embedder } from '#shared/embedding/embedder.ts';
import { eachOf } from '../each-of.ts';
import { fitLikeness } from './fit-likeness.ts';
import { labelledImages } from './labelled-images.ts';
import { type LabelledVector, LIBRARY_SIZES, nearestPairs } from './nearest-pairs.ts';
import type { NamedImage } from './photographs.ts';
import { embedImage } from './vectors.ts';

/**
 * Fits the rules for likeness on half of the kinds in a folder, each image searched for in libraries of several sizes.
 * @param others images of none of the kinds, which fill the larger libraries
 * @throws RangeError if the images show no likeness
 */
export async function calibrateByLabels(model: Embedder, folder: string, others: readonly NamedImage[]) {
  const { fitted } = await labelledImages(folder);
  const kinds = new Set(fitted.map(({ kind }) => kind));
  const images = await embedded(model, 'labelled images', fitted);
  const strangers = await embedded(model, 'other images', others);
  const pairs = LIBRARY_SIZES.flatMap((size) => nearestPairs(images, strangers, size));
  const { thresholds, calibration } = fitLikeness(pairs, kinds.size);
  return {
    meaning: `semantic: share of pairs around this cosine of the same kind, of ${pairs.length} pairs with the 20 nearest, ${images.length} images of ${kinds.size} kinds in libraries of up to ${images.length + strangers.length}`,
    thresholds: { semantic: thresholds },
    calibration: { semantic: calibration },
  };
}

async function embedded(
  model: Embedder,
  what: string,
  images: readonly (NamedImage & { kind?: string })[],
): Promise<LabelledVector[]> {
  const vectors: LabelledVector[] = [];
  await eachOf(what, images, async ({ kind, load }) => {
    const { semantic } = await embedImage(model, await load());
    vectors.push({ ...(kind !== undefined && { kind }), semantic });
  });
  return vectors;
}
