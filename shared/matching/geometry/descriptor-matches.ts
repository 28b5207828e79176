import { doubleAt as at } from '#shared/matching/typed-arrays.ts';

/** A point in the plane, `x + iy`: turning and scaling are one multiplication. */
export interface Complex {
  re: number;
  im: number;
}

/** `z → a z + b` */
export const carry = (z: Complex, a: Complex, b: Complex): Complex => ({
  re: a.re * z.re - a.im * z.im + b.re,
  im: a.re * z.im + a.im * z.re + b.im,
});

/** What the cells of a picture look like: one descriptor each, int8, row by row. */
export interface PictureCells {
  rows: number;
  columns: number;
  dimension: number;
  /** rows × columns × dimension */
  descriptors: Int8Array;
  /** The picture's own size, in any unit: cells lie in its aspect ratio, whatever shape the model was fed. */
  width: number;
  height: number;
}

/** Cells of two pictures that look alike, the most alike first. Positions are in longer sides of their picture. */
export interface Matches {
  count: number;
  qx: Float64Array;
  qy: Float64Array;
  sx: Float64Array;
  sy: Float64Array;
  cosine: Float64Array;
}

/** A less alike pair of cells says nothing. */
const MIN_COSINE = 0.4;
/** The transforms tried grow with the square of it. */
const MAX_MATCHES = 90;

/** Pairs of cells that are each other's nearest by cosine. */
export function matchCells(query: PictureCells, stored: PictureCells): Matches {
  const pairs = mutualNearest(query, stored);
  pairs.sort((one, other) => other.cosine - one.cosine || one.queryCell - other.queryCell);
  const best = pairs.slice(0, MAX_MATCHES);
  return {
    count: best.length,
    qx: Float64Array.from(best, (pair) => centre(query, pair.queryCell).re),
    qy: Float64Array.from(best, (pair) => centre(query, pair.queryCell).im),
    sx: Float64Array.from(best, (pair) => centre(stored, pair.storedCell).re),
    sy: Float64Array.from(best, (pair) => centre(stored, pair.storedCell).im),
    cosine: Float64Array.from(best, (pair) => pair.cosine),
  };
}

/** Pairs that no other cell of either picture is nearer to, among those above `MIN_COSINE`. */
function mutualNearest(query: PictureCells, stored: PictureCells) {
  const { dimension } = query;
  const one = evenUnits(query);
  const other = evenUnits(stored);
  const [queryCells, storedCells] = [one.length / dimension, other.length / dimension];
  const forward = nearestOf(queryCells);
  const backward = nearestOf(storedCells);
  const seen = (i: number, j: number, cosine: number): void => {
    if (cosine <= MIN_COSINE) return;
    if (cosine > at(forward.cosine, i)) {
      forward.cosine[i] = cosine;
      forward.cell[i] = j;
    }
    if (cosine > at(backward.cosine, j)) {
      backward.cosine[j] = cosine;
      backward.cell[j] = i;
    }
  };
  const cosines = new Float64Array(4);
  for (let i = 0; i < queryCells; i += 2) {
    for (let j = 0; j < storedCells; j += 2) {
      fourCosines(one, i * dimension, other, j * dimension, dimension, cosines);
      seen(i, j, at(cosines, 0));
      seen(i, j + 1, at(cosines, 1));
      seen(i + 1, j, at(cosines, 2));
      seen(i + 1, j + 1, at(cosines, 3));
    }
  }
  return Array.from(forward.cell, (storedCell, queryCell) => ({
    queryCell,
    storedCell,
    cosine: at(forward.cosine, queryCell),
  })).filter(({ queryCell, storedCell }) => storedCell >= 0 && backward.cell[storedCell] === queryCell);
}

/**
 * Of two cells with two others: each value that is read is used twice. A function of its own, since a compiler makes fast what is
 * called often, and leaves the loop around it as it is.
 * @param cosines the first one's with both, then the second one's
 */
function fourCosines(
  one: Float64Array,
  from: number,
  other: Float64Array,
  otherFrom: number,
  dimension: number,
  cosines: Float64Array,
): void {
  let [aa, ab, ba, bb] = [0, 0, 0, 0];
  for (let d = 0, p = from, q = otherFrom; d < dimension; d++, p++, q++) {
    const a = at(one, p);
    const b = at(one, p + dimension);
    const c = at(other, q);
    const e = at(other, q + dimension);
    aa += a * c;
    ab += a * e;
    ba += b * c;
    bb += b * e;
  }
  cosines[0] = aa;
  cosines[1] = ab;
  cosines[2] = ba;
  cosines[3] = bb;
}

const nearestOf = (cells: number) => ({
  cell: new Int32Array(cells).fill(-1),
  cosine: new Float64Array(cells).fill(MIN_COSINE),
});

/** The descriptors at unit length, which rounding to int8 leaves them only near; an even number of cells, a last one of zeros. */
export function evenUnits({ rows, columns, dimension, descriptors }: PictureCells): Float64Array {
  const cells = rows * columns;
  const units = new Float64Array((cells + (cells % 2)) * dimension);
  units.set(descriptors);
  for (let from = 0; from < units.length; from += dimension) {
    let squares = 0;
    for (let d = from; d < from + dimension; d++) squares += at(units, d) ** 2;
    const length = Math.sqrt(squares) || 1;
    for (let d = from; d < from + dimension; d++) units[d] = at(units, d) / length;
  }
  return units;
}

/** The middle of a cell. */
function centre({ rows, columns, width, height }: PictureCells, cell: number): Complex {
  const longer = Math.max(width, height);
  return {
    re: (((cell % columns) + 0.5) / columns) * (width / longer),
    im: ((Math.floor(cell / columns) + 0.5) / rows) * (height / longer),
  };
}
