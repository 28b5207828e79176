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

/** Two descriptors are multiplied at once, as one number: a double holds two inner products of int8 exactly. */
const APART = 2 ** 26;
/** Descriptors of the stored image that each pair of the query's is multiplied with in a call: each value is read for all of them. */
const AT_ONCE = 4;

function mutualNearest(query: LocalDescriptors, stored: LocalDescriptors) {
  const { dimension } = query;
  const [queryCount, storedCount] = [query.rows * query.columns, stored.rows * stored.columns];
  const [pairs, others] = [inPairs(query), padded(stored)];
  const scales = lengthsOf(query).map((length) => 1 / length);
  const otherScales = lengthsOf(stored).map((length) => 1 / length);
  const forward = nearestOf(queryCount);
  const backward = nearestOf(storedCount);
  const update = (i: number, j: number, product: number): void => {
    const cosine = product * at(scales, i) * at(otherScales, j);
    if (cosine > at(forward.cosine, i)) {
      forward.cosine[i] = cosine;
      forward.index[i] = j;
    }
    if (cosine > at(backward.cosine, j)) {
      backward.cosine[j] = cosine;
      backward.index[j] = i;
    }
  };
  const products = new Float64Array(AT_ONCE);
  for (let i = 0; i < queryCount; i += 2) {
    for (let j = 0; j < storedCount; j += AT_ONCE) {
      multiply(pairs, (i / 2) * dimension, others, j * dimension, dimension, products);
      for (let each = 0; each < AT_ONCE && j + each < storedCount; each++) {
        const second = Math.round(at(products, each) / APART);
        update(i, j + each, at(products, each) - second * APART);
        if (i + 1 < queryCount) update(i + 1, j + each, second);
      }
    }
  }
  return Array.from(forward.index, (storedIndex, queryIndex) => ({
    queryIndex,
    storedIndex,
    cosine: at(forward.cosine, queryIndex),
  })).filter(({ queryIndex, storedIndex }) => storedIndex >= 0 && backward.index[storedIndex] === queryIndex);
}

/** Adds every second descriptor, multiplied by `APART`, to the one before it. */
function inPairs({ rows, columns, dimension, values }: LocalDescriptors): Float64Array {
  const pairs = new Float64Array(Math.ceil((rows * columns) / 2) * dimension);
  for (let index = 0; index < values.length; index++) {
    const [descriptor, d] = [Math.floor(index / dimension), index % dimension];
    const to = (descriptor >> 1) * dimension + d;
    pairs[to] = at(pairs, to) + (values[index] ?? 0) * (descriptor % 2 === 0 ? 1 : APART);
  }
  return pairs;
}

/** Adds descriptors of zeros up to a multiple of `AT_ONCE`. */
function padded({ rows, columns, dimension, values }: LocalDescriptors): Float64Array {
  const all = new Float64Array(Math.ceil((rows * columns) / AT_ONCE) * AT_ONCE * dimension);
  all.set(values);
  return all;
}

/** A function of its own: V8 optimises functions that are called often, not the loop around the call. */
function multiply(
  pairs: Float64Array,
  from: number,
  others: Float64Array,
  otherFrom: number,
  dimension: number,
  products: Float64Array,
): void {
  let [first, second, third, fourth] = [0, 0, 0, 0];
  const [two, three] = [2 * dimension, 3 * dimension];
  for (let d = 0, p = from, q = otherFrom; d < dimension; d++, p++, q++) {
    const pair = at(pairs, p);
    first += pair * at(others, q);
    second += pair * at(others, q + dimension);
    third += pair * at(others, q + two);
    fourth += pair * at(others, q + three);
  }
  products[0] = first;
  products[1] = second;
  products[2] = third;
  products[3] = fourth;
}

/** Returns the length of each descriptor, which int8 rounding left near that of all others; 1 of one that is all zeros. */
function lengthsOf({ rows, columns, dimension, values }: LocalDescriptors): Float64Array {
  return Float64Array.from({ length: rows * columns }, (_, index) => {
    let squares = 0;
    for (let d = index * dimension; d < (index + 1) * dimension; d++) squares += (values[d] ?? 0) ** 2;
    return Math.sqrt(squares) || 1;
  });
}

const nearestOf = (count: number) => ({
  index: new Int32Array(count).fill(-1),
  cosine: new Float64Array(count).fill(MIN_COSINE),
});

/** Normalises the descriptors. */
function unitVectors(descriptors: LocalDescriptors): Float64Array {
  const lengths = lengthsOf(descriptors);
  return Float64Array.from(
    descriptors.values,
    (value, index) => value / at(lengths, Math.floor(index / descriptors.dimension)),
  );
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
