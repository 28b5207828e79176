import { add, floatAt } from '#shared/matching/typed-arrays.ts';
import type { Correlation, Overlay } from './warp.ts';

/** Unknowns of a step: six of the transform (`xx xy x0 yx yy y0`), gain and offset of the brightness. */
export const UNKNOWNS = 8;
/** Residuals beyond this share of the contrast count little: what was pasted on does not pull. */
const ROBUST = 0.7;

export interface NormalEquations {
  /** The lower triangle of the matrix, row by row. */
  matrix: Float64Array;
  /** The right side. */
  right: Float64Array;
}

/**
 * The normal equations of a step of Gauss–Newton on brightness, each point weighed by how well it is explained already
 * (Cauchy). A point stands in them by `[h x, h y, h, v x, v y, v, o, 1]` and by what is left unexplained of it, `e`: `h`
 * and `v` are how its brightness changes to the right and down, `o` is what lies under it. A row of points has one `y`, which is
 * multiplied in at its end: so it is summed in 26 numbers, not 44.
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
    // Each is the weighed sum of the product that it is named after.
    let [hh, hhx, hhxx, hv, hvx, hvxx, vv, vvx, vvxx] = [0, 0, 0, 0, 0, 0, 0, 0, 0];
    let [ho, hox, h, hx, vo, vox, v, vx] = [0, 0, 0, 0, 0, 0, 0, 0];
    let [oo, o, n, he, hex, ve, vex, oe, e] = [0, 0, 0, 0, 0, 0, 0, 0, 0];
    for (; point < points.count && floatAt(points.y, point) === y; point++) {
      const x = floatAt(points.x, point);
      const other = floatAt(points.other, point);
      const residual = floatAt(points.own, point) - gain * other - offset;
      const weight = 1 / (1 + (residual / scale) ** 2);
      const across = gain * floatAt(points.dx, point);
      const down = gain * floatAt(points.dy, point);
      const weighedAcross = weight * across;
      const weighedDown = weight * down;
      const weighedOther = weight * other;
      const weighedResidual = weight * residual;
      const acrossX = across * x;
      const downX = down * x;
      hh += weighedAcross * across;
      hhx += weighedAcross * acrossX;
      hhxx += weighedAcross * acrossX * x;
      hv += weighedAcross * down;
      hvx += weighedAcross * downX;
      hvxx += weighedAcross * downX * x;
      vv += weighedDown * down;
      vvx += weighedDown * downX;
      vvxx += weighedDown * downX * x;
      ho += weighedOther * across;
      hox += weighedOther * acrossX;
      h += weighedAcross;
      hx += weighedAcross * x;
      vo += weighedOther * down;
      vox += weighedOther * downX;
      v += weighedDown;
      vx += weighedDown * x;
      oo += weighedOther * other;
      o += weighedOther;
      n += weight;
      he += weighedResidual * across;
      hex += weighedResidual * acrossX;
      ve += weighedResidual * down;
      vex += weighedResidual * downX;
      oe += weighedResidual * other;
      e += weighedResidual;
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
