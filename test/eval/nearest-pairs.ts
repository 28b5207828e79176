import type { LabelledPair } from './fit-likeness.ts';
import { spread } from './section.ts';
import { cosine } from './vectors.ts';

/** An image of a known kind; of none of the kinds if `kind` is absent. */
export interface LabelledVector {
  kind?: string;
  semantic: Float32Array;
}

/** How many images a library has, and how many of them are of the query's kind. */
export interface LibrarySize {
  images: number;
  sameKind: number;
}

/** As a library grows, it has more images of a kind, and still more kinds. */
export const LIBRARY_SIZES: readonly LibrarySize[] = [
  { images: 300, sameKind: 6 },
  { images: 1000, sameKind: 10 },
  { images: 4000, sameKind: 20 },
];

/** As many as a search returns by default. */
const NEAREST = 20;

/**
 * Pairs each labelled image with its nearest in a library of other images: some of its own kind, the others of other kinds,
 * then of none. The library is smaller than its size if there are too few images.
 * @param images in turn of each kind, so that the first of them have all kinds
 */
export function nearestPairs(
  images: readonly LabelledVector[],
  strangers: readonly LabelledVector[],
  size: LibrarySize,
): LabelledPair[] {
  return images.flatMap((query, at) => {
    // Begins behind the query, so that queries differ in the images of their kind.
    const others = [...images.slice(at + 1), ...images.slice(0, at)];
    const same = others.filter(({ kind }) => kind === query.kind).slice(0, size.sameKind);
    const otherKinds = others.filter(({ kind }) => kind !== query.kind).slice(0, size.images - same.length);
    const ofNone = spread(strangers, size.images - same.length - otherKinds.length);
    return [...same, ...otherKinds, ...ofNone]
      .map(({ kind, semantic }) => ({
        cosine: cosine(query.semantic, semantic),
        isSameKind: kind === query.kind,
      }))
      .sort((one, other) => other.cosine - one.cosine)
      .slice(0, NEAREST);
  });
}
