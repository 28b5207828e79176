import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { normalEquations, UNKNOWNS } from '#shared/matching/registration/normal-equations.ts';
import { correlationOf, type Overlay } from '#shared/matching/registration/warp.ts';
import { floatAt } from '#shared/matching/typed-arrays.ts';

const ROBUST = 0.7;
const shade = fc.float({ min: 0, max: 255, noNaN: true });
const slope = fc.float({ min: -50, max: 50, noNaN: true });
/** Points in rows of different lengths. */
const overlays = fc
  .array(fc.array(fc.tuple(shade, shade, slope, slope), { minLength: 1, maxLength: 9 }), {
    minLength: 2,
    maxLength: 6,
  })
  .map((rows): Overlay => {
    const points = rows.flatMap((row, y) => row.map((point, x) => [2 * x, 4 * y, ...point] as const));
    const column = (which: number) => Float32Array.from(points, (point) => point[which] ?? 0);
    const [x, y, query, stored, dx, dy] = [0, 1, 2, 3, 4, 5].map(column) as Columns;
    return { count: points.length, x, y, query, stored, dx, dy };
  })
  .filter((points) => correlationOf(points).variances[1] > 1);
type Columns = [Float32Array, Float32Array, Float32Array, Float32Array, Float32Array, Float32Array];

describe('normalEquations', () => {
  it('equal the weighted sums over all points', () => {
    fc.assert(
      fc.property(overlays, (points) => {
        const correlation = correlationOf(points);
        const gain = correlation.covariance / correlation.variances[1];
        const offset = correlation.means[0] - gain * correlation.means[1];
        const scale = ROBUST * Math.sqrt(Math.max(1, correlation.variances[0]));
        const at = (column: Float32Array, point: number) => floatAt(column, point);
        const all = Array.from({ length: points.count }, (_, point) => {
          const [x, y, other] = [at(points.x, point), at(points.y, point), at(points.stored, point)];
          const [h, v] = [gain * at(points.dx, point), gain * at(points.dy, point)];
          const residual = at(points.query, point) - gain * other - offset;
          const weight = 1 / (1 + (residual / scale) ** 2);
          return { weight, residual, row: [h * x, h * y, h, v * x, v * y, v, other, 1] };
        });
        const sum = (term: (point: (typeof all)[number]) => number) =>
          all.reduce((total, point) => total + point.weight * term(point), 0);
        const { matrix, right } = normalEquations(points, correlation);
        let position = 0;
        for (let i = 0; i < UNKNOWNS; i++) {
          for (let j = 0; j <= i; j++)
            expect(matrix[position++]).toBeCloseTo(
              sum(({ row }) => (row[i] ?? 0) * (row[j] ?? 0)),
              2,
            );
          expect(right[i]).toBeCloseTo(
            sum(({ row, residual }) => (row[i] ?? 0) * residual),
            2,
          );
        }
      }),
    );
  });
});
