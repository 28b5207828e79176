import type { ImageId } from '#shared/kernel/ids.ts';
import type { Candidate } from '#shared/vector-index/vector-index.ts';
import { share } from '../../eval/measure.ts';

/** The two vectors of an image. */
export type VectorKind = 'semantic' | 'copy';

/** An answer of the index, and the exact one. */
export interface Answered {
  answer: readonly Candidate[];
  /** The nearest images, by exact scan. */
  nearest: Readonly<Record<VectorKind, readonly ImageId[]>>;
}

/** Returns recall@n: the share of the n truly nearest images among an answer's n nearest, averaged over answers. */
export const meanRecall = (answered: readonly Answered[], kind: VectorKind): number =>
  answered.reduce((sum, { answer, nearest }) => sum + recall(answer, nearest[kind], kind), 0) /
  answered.length;

function recall(answer: readonly Candidate[], nearest: readonly ImageId[], kind: VectorKind): number {
  const best = answer
    .flatMap(({ imageId, [kind]: cosine }) => (cosine === undefined ? [] : [{ imageId, cosine }]))
    .sort((one, other) => other.cosine - one.cosine)
    .slice(0, nearest.length)
    .map(({ imageId }) => imageId);
  return share(nearest, (image) => best.includes(image));
}
