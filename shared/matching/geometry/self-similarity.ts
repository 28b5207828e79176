import { dot } from '#shared/matching/typed-arrays.ts';
import { evenUnits, type PictureCells } from './descriptor-matches.ts';

/** Every how many rows and columns a cell is asked: a quarter of them says as much as all. */
const STRIDE = 2;
/** Cells nearer than this, in rows or columns, share what they show. */
const APART = 3;
/**
 * Of 114 photographs, parts of photographs and graphics nine in ten stay below it; of 24 generated pages, forms, receipts,
 * slides, boxes and products each, none does.
 */
const ALIKE_FROM = 0.9;

/**
 * Whether a picture's parts all look like each other: text, print, things on a plain ground. Other pictures of its kind then
 * look like it too, to the model, and where its cells lie says little.
 */
export const isSelfAlike = (cells: PictureCells): boolean => selfLikeness(cells) >= ALIKE_FROM;

/** The mean cosine of a cell with the one elsewhere in the picture that is most like it, -1..1. */
function selfLikeness(cells: PictureCells): number {
  const { rows, columns, dimension } = cells;
  const units = evenUnits(cells);
  let [sum, asked] = [0, 0];
  for (let row = 0; row < rows; row += STRIDE) {
    for (let column = 0; column < columns; column += STRIDE) {
      sum += nearestElsewhere(row, column);
      asked += 1;
    }
  }
  return sum / asked;

  function nearestElsewhere(row: number, column: number): number {
    let nearest = -1;
    for (let otherRow = 0; otherRow < rows; otherRow++) {
      for (let otherColumn = 0; otherColumn < columns; otherColumn++) {
        if (Math.abs(otherRow - row) < APART && Math.abs(otherColumn - column) < APART) continue;
        const from = (row * columns + column) * dimension;
        const other = (otherRow * columns + otherColumn) * dimension;
        nearest = Math.max(nearest, dot(units, from, units, other, dimension));
      }
    }
    return nearest;
  }
}
