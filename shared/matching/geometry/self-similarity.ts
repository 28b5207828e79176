import { dot } from '#shared/matching/typed-arrays.ts';
import { type LocalDescriptors, unitVectors } from './descriptor-matches.ts';

/** Samples every second row and column: a quarter of the descriptors has the same mean as all. */
const STRIDE = 2;
/** Descriptors nearer than this, in rows or columns, overlap in what they describe. */
const MIN_DISTANCE = 3;
/**
 * Of 114 photographs, parts of photographs and graphics, nine in ten stay below it; of 24 generated pages, forms, receipts,
 * slides, boxes and products each, none does.
 */
const MIN_SIMILARITY = 0.9;

/**
 * Returns true if an image's parts resemble each other: text, print, objects on a plain background. Other images of its kind then
 * have similar vectors, and an alignment proves little.
 */
export const isSelfSimilar = (descriptors: LocalDescriptors): boolean =>
  selfSimilarity(descriptors) >= MIN_SIMILARITY;

/** Returns the mean cosine of a descriptor with the most similar one elsewhere in the image, -1..1. */
function selfSimilarity(descriptors: LocalDescriptors): number {
  const { rows, columns, dimension } = descriptors;
  const units = unitVectors(descriptors);
  let [sum, count] = [0, 0];
  for (let row = 0; row < rows; row += STRIDE) {
    for (let column = 0; column < columns; column += STRIDE) {
      sum += nearestElsewhere(row, column);
      count += 1;
    }
  }
  return sum / count;

  function nearestElsewhere(row: number, column: number): number {
    let nearest = -1;
    for (let otherRow = 0; otherRow < rows; otherRow++) {
      for (let otherColumn = 0; otherColumn < columns; otherColumn++) {
        if (Math.abs(otherRow - row) < MIN_DISTANCE && Math.abs(otherColumn - column) < MIN_DISTANCE)
          continue;
        const from = (row * columns + column) * dimension;
        const other = (otherRow * columns + otherColumn) * dimension;
        nearest = Math.max(nearest, dot(units, from, units, other, dimension));
      }
    }
    return nearest;
  }
}
