import type { Point } from '#shared/matching/geometry/alignment.ts';
import { solve } from '#shared/matching/registration/normal-equations.ts';
import { doubleAt } from '#shared/matching/typed-arrays.ts';

/** Two positions of one thing, in longer sides of their images. */
export interface PointMatch {
  from: Point;
  to: Point;
}

/** `x' = (a x + b y + c) / w`, `y' = (d x + e y + f) / w`, `w = g x + h y + 1`; affine if `g` and `h` are 0. */
export type Homography = readonly [
  ...[a: number, b: number, c: number, d: number, e: number, f: number],
  ...[g: number, h: number],
];

export function mapped([a, b, c, d, e, f, g, h]: Homography, { x, y }: Point): Point {
  const w = g * x + h * y + 1;
  return { x: (a * x + b * y + c) / w, y: (d * x + e * y + f) / w };
}

/** Fits an affine transform by least squares; undefined if the matches lie on a line. */
export function fitAffine(matches: readonly PointMatch[]): Homography | undefined {
  const count = matches.length;
  const mean = (value: (match: PointMatch) => number): number =>
    matches.reduce((sum, match) => sum + value(match), 0) / count;
  const [x, y] = [mean(({ from }) => from.x), mean(({ from }) => from.y)];
  const [u, v] = [mean(({ to }) => to.x), mean(({ to }) => to.y)];
  const xx = mean(({ from }) => (from.x - x) ** 2);
  const yy = mean(({ from }) => (from.y - y) ** 2);
  const xy = mean(({ from }) => (from.x - x) * (from.y - y));
  const determinant = xx * yy - xy * xy;
  if (!(determinant > 1e-9)) return undefined;
  const row = (value: (match: PointMatch) => number, centre: number) => {
    const xv = mean((match) => (match.from.x - x) * (value(match) - centre));
    const yv = mean((match) => (match.from.y - y) * (value(match) - centre));
    const [a, b] = [(xv * yy - yv * xy) / determinant, (yv * xx - xv * xy) / determinant];
    return [a, b, centre - a * x - b * y] as const;
  };
  return [...row(({ to }) => to.x, u), ...row(({ to }) => to.y, v), 0, 0];
}

/** Fits a homography by linear least squares; undefined if the matches do not determine one. */
export function fitHomography(matches: readonly PointMatch[]): Homography | undefined {
  const equations = { matrix: new Float64Array(36), right: new Float64Array(8) };
  const add = (row: readonly number[], value: number): void => {
    for (const [i, first] of row.entries()) {
      equations.right[i] = doubleAt(equations.right, i) + first * value;
      for (const [j, second] of row.slice(0, i + 1).entries()) {
        const at = (i * (i + 1)) / 2 + j;
        equations.matrix[at] = doubleAt(equations.matrix, at) + first * second;
      }
    }
  };
  for (const { from, to } of matches) {
    const { x, y } = from;
    add([x, y, 1, 0, 0, 0, -to.x * x, -to.x * y], to.x);
    add([0, 0, 0, x, y, 1, -to.y * x, -to.y * y], to.y);
  }
  const solution = solve(equations);
  if (!solution) return undefined;
  const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0] = solution;
  return [a, b, c, d, e, f, g, h];
}
