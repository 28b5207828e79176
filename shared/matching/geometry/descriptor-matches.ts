import { doubleAt as at, dot } from '#shared/matching/typed-arrays.ts';

/** A point in the plane, `x + iy`: rotation and scaling are one multiplication. */
export interface Complex {
  re: number;
  im: number;
}

/** `z → a z + b` */
export const transform = (z: Complex, a: Complex, b: Complex): Complex => ({
  re: a.re * z.re - a.im * z.im + b.re,
  im: a.re * z.im + a.im * z.re + b.im,
});

/** An image's local descriptors: one for each part of a grid, int8, row by row. */
export interface LocalDescriptors {
  rows: number;
  columns: number;
  dimension: number;
  /** rows × columns × dimension */
  values: Int8Array;
  /** The image's size, in any unit: positions follow its aspect ratio, not that of the model's input. */
  width: number;
  height: number;
}

/** Matching descriptors of two images, highest cosine first. Positions are in longer sides of their image. */
export interface Matches {
  count: number;
  qx: Float64Array;
  qy: Float64Array;
  sx: Float64Array;
  sy: Float64Array;
  cosine: Float64Array;
  /** Positions in the grids. */
  queryIndex: readonly number[];
  storedIndex: readonly number[];
}

/** Pairs below it are no matches. */
const MIN_COSINE = 0.4;
/** The number of transforms to try grows with its square. */
const MAX_MATCHES = 90;

/** Finds descriptors that are mutual nearest neighbours by cosine. */
export function matchDescriptors(query: LocalDescriptors, stored: LocalDescriptors): Matches {
  const pairs = mutualNearest(query, stored);
  pairs.sort((one, other) => other.cosine - one.cosine || one.queryIndex - other.queryIndex);
  const best = pairs.slice(0, MAX_MATCHES);
  return {
    count: best.length,
    queryIndex: best.map((pair) => pair.queryIndex),
    storedIndex: best.map((pair) => pair.storedIndex),
    qx: Float64Array.from(best, (pair) => centre(query, pair.queryIndex).re),
    qy: Float64Array.from(best, (pair) => centre(query, pair.queryIndex).im),
    sx: Float64Array.from(best, (pair) => centre(stored, pair.storedIndex).re),
    sy: Float64Array.from(best, (pair) => centre(stored, pair.storedIndex).im),
    cosine: Float64Array.from(best, (pair) => pair.cosine),
  };
}

function mutualNearest(query: LocalDescriptors, stored: LocalDescriptors) {
  const { dimension } = query;
  const one = unitVectors(query);
  const other = unitVectors(stored);
  const [queryCount, storedCount] = [one.length / dimension, other.length / dimension];
  const forward = nearestOf(queryCount);
  const backward = nearestOf(storedCount);
  const update = (i: number, j: number, cosine: number): void => {
    if (cosine <= MIN_COSINE) return;
    if (cosine > at(forward.cosine, i)) {
      forward.cosine[i] = cosine;
      forward.index[i] = j;
    }
    if (cosine > at(backward.cosine, j)) {
      backward.cosine[j] = cosine;
      backward.index[j] = i;
    }
  };
  const cosines = new Float64Array(4);
  for (let i = 0; i < queryCount; i += 2) {
    for (let j = 0; j < storedCount; j += 2) {
      fourCosines(one, i * dimension, other, j * dimension, dimension, cosines);
      update(i, j, at(cosines, 0));
      update(i, j + 1, at(cosines, 1));
      update(i + 1, j, at(cosines, 2));
      update(i + 1, j + 1, at(cosines, 3));
    }
  }
  return Array.from(forward.index, (storedIndex, queryIndex) => ({
    queryIndex,
    storedIndex,
    cosine: at(forward.cosine, queryIndex),
  })).filter(({ queryIndex, storedIndex }) => storedIndex >= 0 && backward.index[storedIndex] === queryIndex);
}

/**
 * Computes the cosines of two descriptors with two others, to use each value read twice. A function of its own: V8
 * optimises functions that are called often, not the loop around the call.
 * @param cosines set to the first descriptor's two, then the second's
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

const nearestOf = (count: number) => ({
  index: new Int32Array(count).fill(-1),
  cosine: new Float64Array(count).fill(MIN_COSINE),
});

/** Normalises the descriptors, which int8 rounding left near unit length. Pads an odd count with a descriptor of zeros. */
export function unitVectors({ rows, columns, dimension, values }: LocalDescriptors): Float64Array {
  const count = rows * columns;
  const units = new Float64Array((count + (count % 2)) * dimension);
  units.set(values);
  for (let from = 0; from < units.length; from += dimension) {
    let squares = 0;
    for (let d = from; d < from + dimension; d++) squares += at(units, d) ** 2;
    const length = Math.sqrt(squares) || 1;
    for (let d = from; d < from + dimension; d++) units[d] = at(units, d) / length;
  }
  return units;
}

/** Returns the centre of the part that a descriptor describes. */
function centre({ rows, columns, width, height }: LocalDescriptors, index: number): Complex {
  const longer = Math.max(width, height);
  return {
    re: (((index % columns) + 0.5) / columns) * (width / longer),
    im: ((Math.floor(index / columns) + 0.5) / rows) * (height / longer),
  };
}

/** Descriptors nearer than this, in rows or columns, overlap in what they describe. */
const MIN_DISTANCE = 3;

const known = new WeakMap<LocalDescriptors, Float64Array>();

/**
 * Returns how rare each descriptor is in its own image: 1 minus its cosine with the most similar one elsewhere, 0..1. That
 * of blank ground, of a line of text or of a repeated pattern is near 0: it matches everywhere, and proves nothing. Some
 * 2 ms; computed once for the same descriptors.
 */
export function raritiesOf(descriptors: LocalDescriptors): Float64Array {
  const rarities = known.get(descriptors) ?? compute(descriptors);
  known.set(descriptors, rarities);
  return rarities;
}

/** Returns the mean rarity: .03 to .15 of pages, forms, plots and other drawings; .15 to .4 of photographs. */
export function meanRarity(descriptors: LocalDescriptors): number {
  const rarities = raritiesOf(descriptors);
  return rarities.reduce((sum, rarity) => sum + rarity, 0) / rarities.length;
}

function compute(descriptors: LocalDescriptors): Float64Array {
  const { rows, columns, dimension } = descriptors;
  const units = unitVectors(descriptors);
  const count = rows * columns;
  const nearest = new Float64Array(count);
  for (let one = 0; one < count; one++) {
    for (let other = one + 1; other < count; other++) {
      const apartRows = Math.abs(Math.floor(one / columns) - Math.floor(other / columns));
      if (apartRows < MIN_DISTANCE && Math.abs((one % columns) - (other % columns)) < MIN_DISTANCE) continue;
      const cosine = dot(units, one * dimension, units, other * dimension, dimension);
      if (cosine > at(nearest, one)) nearest[one] = cosine;
      if (cosine > at(nearest, other)) nearest[other] = cosine;
    }
  }
  return nearest.map((cosine) => 1 - cosine);
}
