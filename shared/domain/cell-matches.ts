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
  const pairs = mutualNearest(query, stored).filter(({ cosine }) => cosine > MIN_COSINE);
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

function mutualNearest(query: PictureCells, stored: PictureCells) {
  const queryNorms = norms(query);
  const storedNorms = norms(stored);
  const forward = new Int32Array(queryNorms.length).fill(-1);
  const backward = new Int32Array(storedNorms.length).fill(-1);
  const forwardBest = new Float64Array(queryNorms.length).fill(Number.NEGATIVE_INFINITY);
  const backwardBest = new Float64Array(storedNorms.length).fill(Number.NEGATIVE_INFINITY);
  queryNorms.forEach((queryNorm, i) => {
    storedNorms.forEach((storedNorm, j) => {
      const cosine = dot(query, i, stored, j) / (queryNorm * storedNorm);
      if (cosine > (forwardBest[i] ?? 0)) {
        forwardBest[i] = cosine;
        forward[i] = j;
      }
      if (cosine > (backwardBest[j] ?? 0)) {
        backwardBest[j] = cosine;
        backward[j] = i;
      }
    });
  });
  return Array.from(forward, (storedCell, queryCell) => ({
    queryCell,
    storedCell,
    cosine: forwardBest[queryCell] ?? 0,
  })).filter(({ queryCell, storedCell }) => storedCell >= 0 && backward[storedCell] === queryCell);
}

/** Lengths of the descriptors: rounding to int8 leaves them near 127, not at it. */
function norms(cells: PictureCells): Float64Array {
  const count = cells.rows * cells.columns;
  return Float64Array.from({ length: count }, (_, i) => Math.sqrt(dot(cells, i, cells, i)) || 1);
}

function dot(one: PictureCells, i: number, other: PictureCells, j: number): number {
  const { dimension } = one;
  let sum = 0;
  for (let d = 0, p = i * dimension, q = j * dimension; d < dimension; d++, p++, q++) {
    // Both grids are checked to hold rows × columns × dimension values: the indices are inside.
    sum += (one.descriptors[p] as number) * (other.descriptors[q] as number);
  }
  return sum;
}

/** The middle of a cell. */
function centre({ rows, columns, width, height }: PictureCells, cell: number): Complex {
  const longer = Math.max(width, height);
  return {
    re: (((cell % columns) + 0.5) / columns) * (width / longer),
    im: ((Math.floor(cell / columns) + 0.5) / rows) * (height / longer),
  };
}
