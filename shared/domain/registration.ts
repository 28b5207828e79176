import type { GreyPicture } from './grey-picture.ts';
import { type Affine, type Correlation, correlationOf, type Overlay, overlay } from './overlay.ts';
import { dot, doubleAt, floatAt } from './typed-arrays.ts';

const MIN_POINTS = 100;
/** Unknowns of a step: six of the transform, gain and offset of the brightness. */
const UNKNOWNS = 8;
/** Residuals beyond this share of the contrast count little: what was pasted on does not pull. */
const ROBUST = 0.7;
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
  for (let step = 0; step < steps; step++) {
    const moved = improved(by, overlay(query, stored, by, stride));
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
  const change = solved(...normalEquations(points, whole));
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

/** The lower triangle of the normal equations' matrix, row by row, and their right side. */
function normalEquations(points: Overlay, { means, variances, covariance }: Correlation) {
  const { count } = points;
  const gain = covariance / variances[1];
  const offset = means[0] - gain * means[1];
  const scale = ROBUST * Math.sqrt(Math.max(1, variances[0]));
  // An entry a point: how its brightness changes with each unknown, and what is left unexplained of it; weighed.
  const column = () => new Float64Array(count);
  const [xx, xy, x0] = [column(), column(), column()];
  const [yx, yy, y0] = [column(), column(), column()];
  const [gains, offsets, residuals] = [column(), column(), column()];
  for (let point = 0; point < count; point++) {
    const x = floatAt(points.x, point);
    const y = floatAt(points.y, point);
    const other = floatAt(points.other, point);
    const residual = floatAt(points.own, point) - gain * other - offset;
    // Its root, since every sum is of products of two columns.
    const weight = 1 / Math.sqrt(1 + (residual / scale) ** 2);
    const gx = weight * gain * floatAt(points.dx, point);
    const gy = weight * gain * floatAt(points.dy, point);
    xx[point] = gx * x;
    xy[point] = gx * y;
    x0[point] = gx;
    yx[point] = gy * x;
    yy[point] = gy * y;
    y0[point] = gy;
    gains[point] = weight * other;
    offsets[point] = weight;
    residuals[point] = weight * residual;
  }
  const unknowns = [xx, xy, x0, yx, yy, y0, gains, offsets];
  const normal = unknowns.flatMap((one, row) =>
    unknowns.slice(0, row + 1).map((other) => dot(one, 0, other, 0, count)),
  );
  const right = unknowns.map((one) => dot(one, 0, residuals, 0, count));
  return [Float64Array.from(normal), Float64Array.from(right)] as const;
}

/** Solves the normal equations by Cholesky's decomposition, in place. */
function solved(matrix: Float64Array, right: Float64Array): Float64Array | undefined {
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
