import { doubleAt } from '#shared/matching/typed-arrays.ts';
import type { GreyPicture } from './grey-image.ts';
import { type NormalEquations, normalEquations, UNKNOWNS } from './normal-equations.ts';
import { type Affine, correlationOf, type Overlay, overlay, roomFor } from './warp.ts';

const MIN_POINTS = 100;
/** Pixels: a step that moves less ends it. */
const SETTLED = 0.03;

/**
 * Moves the transform until the stored picture, carried by it, looks most like the query: Gauss–Newton on brightness
 * (Lucas and Kanade 1981), with gain and offset free and large residuals weighed down (Cauchy).
 * @param stride every how many pixels it looks, in each direction
 */
export function register(
  query: GreyPicture,
  stored: GreyPicture,
  start: Affine,
  { steps, stride }: { steps: number; stride: number },
): Affine {
  let by = start;
  // One for all steps: what is thrown away a megabyte at a time is paid for in collections.
  const room = roomFor(query, stride);
  for (let step = 0; step < steps; step++) {
    const moved = improved(by, overlay(query, stored, by, stride, room));
    if (!moved) return by;
    const shift = Math.abs(moved.x0 - by.x0) + Math.abs(moved.y0 - by.y0);
    by = moved;
    if (shift < SETTLED) break;
  }
  return by;
}

/** How well the whole of two pictures goes together, -1..1; -1 where they hardly overlap. */
export function overlap(query: GreyPicture, stored: GreyPicture, by: Affine, stride: number): number {
  const { count, variances, covariance } = correlationOf(overlay(query, stored, by, stride));
  if (count < MIN_POINTS || variances[0] < 1 || variances[1] < 1) return -1;
  return covariance / Math.sqrt(variances[0] * variances[1]);
}

function improved(by: Affine, points: Overlay): Affine | undefined {
  const whole = correlationOf(points);
  if (whole.count < MIN_POINTS || whole.variances[1] < 1) return undefined;
  const change = solved(normalEquations(points, whole));
  if (!change?.every(Number.isFinite)) return undefined;
  return {
    xx: by.xx + doubleAt(change, 0),
    xy: by.xy + doubleAt(change, 1),
    x0: by.x0 + doubleAt(change, 2),
    yx: by.yx + doubleAt(change, 3),
    yy: by.yy + doubleAt(change, 4),
    y0: by.y0 + doubleAt(change, 5),
  };
}

/** Solves the normal equations by Cholesky's decomposition, in place. */
function solved({ matrix, right }: NormalEquations): Float64Array | undefined {
  const cell = (row: number, column: number): number => (row * (row + 1)) / 2 + column;
  for (let i = 0; i < UNKNOWNS; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = doubleAt(matrix, cell(i, j));
      for (let k = 0; k < j; k++) sum -= doubleAt(matrix, cell(i, k)) * doubleAt(matrix, cell(j, k));
      if (i !== j) matrix[cell(i, j)] = sum / doubleAt(matrix, cell(j, j));
      else if (sum <= 1e-9) return undefined;
      else matrix[cell(i, j)] = Math.sqrt(sum);
    }
  }
  for (let i = 0; i < UNKNOWNS; i++) {
    let sum = doubleAt(right, i);
    for (let k = 0; k < i; k++) sum -= doubleAt(matrix, cell(i, k)) * doubleAt(right, k);
    right[i] = sum / doubleAt(matrix, cell(i, i));
  }
  for (let i = UNKNOWNS - 1; i >= 0; i--) {
    let sum = doubleAt(right, i);
    for (let k = i + 1; k < UNKNOWNS; k++) sum -= doubleAt(matrix, cell(k, i)) * doubleAt(right, k);
    right[i] = sum / doubleAt(matrix, cell(i, i));
  }
  return right;
}
