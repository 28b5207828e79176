import { add, doubleAt, floatAt } from '#shared/matching/typed-arrays.ts';
import type { Correlation, Overlay } from './warp.ts';

/** Unknowns of a step: six of the transform (`xx xy x0 yx yy y0`), gain and offset of the brightness. */
export const UNKNOWNS = 8;
/** Residuals beyond this share of the contrast get little weight, so that an overlay does not distort the transform. */
const ROBUST = 0.7;

export interface NormalEquations {
  /** The lower triangle of the matrix, row by row. */
  matrix: Float64Array;
  /** The right side. */
  right: Float64Array;
}

/**
 * Sums the normal equations of a Gauss–Newton step on brightness, with Cauchy weights. The Jacobian row of a point is
 * `[h x, h y, h, v x, v y, v, o, 1]`, its residual `e`: `h` and `v` are the horizontal and vertical gradients of the
 * stored image, `o` its brightness. All points of a row have the same `y`, which is multiplied in after the row: 26 sums
 * instead of 44.
 */
export function normalEquations(
  points: Overlay,
  { means, variances, covariance }: Correlation,
): NormalEquations {
  const gain = covariance / variances[1];
  const offset = means[0] - gain * means[1];
  const scale = ROBUST * Math.sqrt(Math.max(1, variances[0]));
  const equations = {
    matrix: new Float64Array((UNKNOWNS * (UNKNOWNS + 1)) / 2),
    right: new Float64Array(UNKNOWNS),
  };
  for (let point = 0; point < points.count; ) {
    const y = floatAt(points.y, point);
    // Each is the weighted sum of the product in its name.
    let [hh, hhx, hhxx, hv, hvx, hvxx, vv, vvx, vvxx] = [0, 0, 0, 0, 0, 0, 0, 0, 0];
    let [ho, hox, h, hx, vo, vox, v, vx] = [0, 0, 0, 0, 0, 0, 0, 0];
    let [oo, o, n, he, hex, ve, vex, oe, e] = [0, 0, 0, 0, 0, 0, 0, 0, 0];
    for (; point < points.count && floatAt(points.y, point) === y; point++) {
      const x = floatAt(points.x, point);
      const other = floatAt(points.stored, point);
      const residual = floatAt(points.query, point) - gain * other - offset;
      const weight = 1 / (1 + (residual / scale) ** 2);
      const across = gain * floatAt(points.dx, point);
      const down = gain * floatAt(points.dy, point);
      const weightedAcross = weight * across;
      const weightedDown = weight * down;
      const weightedOther = weight * other;
      const weightedResidual = weight * residual;
      const acrossX = across * x;
      const downX = down * x;
      hh += weightedAcross * across;
      hhx += weightedAcross * acrossX;
      hhxx += weightedAcross * acrossX * x;
      hv += weightedAcross * down;
      hvx += weightedAcross * downX;
      hvxx += weightedAcross * downX * x;
      vv += weightedDown * down;
      vvx += weightedDown * downX;
      vvxx += weightedDown * downX * x;
      ho += weightedOther * across;
      hox += weightedOther * acrossX;
      h += weightedAcross;
      hx += weightedAcross * x;
      vo += weightedOther * down;
      vox += weightedOther * downX;
      v += weightedDown;
      vx += weightedDown * x;
      oo += weightedOther * other;
      o += weightedOther;
      n += weight;
      he += weightedResidual * across;
      hex += weightedResidual * acrossX;
      ve += weightedResidual * down;
      vex += weightedResidual * downX;
      oe += weightedResidual * other;
      e += weightedResidual;
    }
    const yy = y * y;
    // biome-ignore format: a line is a row of the triangle
    add(equations.matrix, 0, [
      hhxx,
      hhx * y, hh * yy,
      hhx, hh * y, hh,
      hvxx, hvx * y, hvx, vvxx,
      hvx * y, hv * yy, hv * y, vvx * y, vv * yy,
      hvx, hv * y, hv, vvx, vv * y, vv,
      hox, ho * y, ho, vox, vo * y, vo, oo,
      hx, h * y, h, vx, v * y, v, o, n,
    ]);
    add(equations.right, 0, [hex, he * y, he, vex, ve * y, ve, oe, e]);
  }
  return equations;
}

/** Solves the normal equations by Cholesky decomposition, in place. Returns undefined if they are singular. */
export function solve({ matrix, right }: NormalEquations): Float64Array | undefined {
  const index = (row: number, column: number): number => (row * (row + 1)) / 2 + column;
  for (let i = 0; i < UNKNOWNS; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = doubleAt(matrix, index(i, j));
      for (let k = 0; k < j; k++) sum -= doubleAt(matrix, index(i, k)) * doubleAt(matrix, index(j, k));
      if (i !== j) matrix[index(i, j)] = sum / doubleAt(matrix, index(j, j));
      else if (sum <= 1e-9) return undefined;
      else matrix[index(i, j)] = Math.sqrt(sum);
    }
  }
  for (let i = 0; i < UNKNOWNS; i++) {
    let sum = doubleAt(right, i);
    for (let k = 0; k < i; k++) sum -= doubleAt(matrix, index(i, k)) * doubleAt(right, k);
    right[i] = sum / doubleAt(matrix, index(i, i));
  }
  for (let i = UNKNOWNS - 1; i >= 0; i--) {
    let sum = doubleAt(right, i);
    for (let k = i + 1; k < UNKNOWNS; k++) sum -= doubleAt(matrix, index(k, i)) * doubleAt(right, k);
    right[i] = sum / doubleAt(matrix, index(i, i));
  }
  return right;
}
