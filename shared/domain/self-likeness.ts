import type { PictureCells } from './cell-matches.ts';

/** Every how many rows and columns a cell is asked: a quarter of them says as much as all. */
const STRIDE = 2;
/** Cells nearer than this, in rows or columns, share what they show. */
const APART = 3;
/**
 * Of 114 photographs, parts of photographs and graphics nine in ten stay below it; of 24 generated pages, forms, receipts, slides, boxes and products
 * each, none does.
 */
const ALIKE_FROM = 0.9;

/**
 * Whether a picture's parts all look like each other: text, print, things on a plain ground. Other pictures of its kind then
 * look like it too, to the model, and where its cells lie says little.
 */
export const isSelfAlike = (cells: PictureCells): boolean => selfLikeness(cells) >= ALIKE_FROM;

/** The mean cosine of a cell with the one elsewhere in the picture that is most like it, -1..1. */
function selfLikeness({ rows, columns, dimension, descriptors }: PictureCells): number {
  const asked = cellsOf(rows, columns).filter(
    ({ row, column }) => row % STRIDE === 0 && column % STRIDE === 0,
  );
  const all = cellsOf(rows, columns).map((cell) => {
    const from = (cell.row * columns + cell.column) * dimension;
    const own = Float64Array.from(descriptors.subarray(from, from + dimension));
    return { ...cell, own, length: Math.sqrt(dot(own, own)) || 1 };
  });
  const nearest = asked.map(({ row, column }) => {
    const cell = all[row * columns + column];
    const cosines = all
      .filter((other) => Math.abs(other.row - row) >= APART || Math.abs(other.column - column) >= APART)
      .map((other) => (cell ? dot(cell.own, other.own) / (cell.length * other.length) : 0));
    return Math.max(...cosines);
  });
  return nearest.reduce((sum, cosine) => sum + cosine, 0) / nearest.length;
}

const cellsOf = (rows: number, columns: number) =>
  Array.from({ length: rows * columns }, (_, cell) => ({
    row: Math.floor(cell / columns),
    column: cell % columns,
  }));

function dot(one: Float64Array, other: Float64Array): number {
  let sum = 0;
  for (let d = 0; d < one.length; d++) sum += (one[d] ?? 0) * (other[d] ?? 0);
  return sum;
}
