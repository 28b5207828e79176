import type { ImageId } from '#shared/kernel/ids.ts';
import type { Candidate } from '#shared/vector-index/vector-index.ts';
import { share } from '../../eval/measure.ts';

/** A picture has two vectors. */
export type By = 'semantic' | 'copy';

export interface Found {
  answer: readonly Candidate[];
  /** The pictures that are nearest in truth. */
  nearest: Readonly<Record<By, readonly ImageId[]>>;
}

/** Returns recall@n: the share of the n truly nearest images among an answer's n nearest, averaged over answers. */
export const meanRecall = (found: readonly Found[], by: By): number =>
  found.reduce((sum, { answer, nearest }) => sum + recall(answer, nearest[by], by), 0) / found.length;

function recall(answer: readonly Candidate[], nearest: readonly ImageId[], by: By): number {
  const best = answer
    .flatMap(({ imageId, [by]: cosine }) => (cosine === undefined ? [] : [{ imageId, cosine }]))
    .sort((one, other) => other.cosine - one.cosine)
    .slice(0, nearest.length)
    .map(({ imageId }) => imageId);
  return share(nearest, (image) => best.includes(image));
}
