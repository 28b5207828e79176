import { at, type GreyPicture } from './grey-picture.ts';

/** From pixels of one picture to pixels of another: `x' = xx x + xy y + x0`, `y' = yx x + yy y + y0`. */
export interface Affine {
  xx: number;
  xy: number;
  x0: number;
  yx: number;
  yy: number;
  y0: number;
}

/** A point of the query that falls into the stored picture: its brightness there, and how that changes. */
const probe = { value: 0, dx: 0, dy: 0 };
type Seen = (x: number, y: number, own: number) => void;

/** Calls `seen` for each point, `stride` pixels apart, with `probe` set. */
function overlay(query: GreyPicture, stored: GreyPicture, by: Affine, stride: number, seen: Seen): void {
  const { width, height, data } = stored;
  for (let y = 0; y < query.height; y += stride) {
    for (let x = 0; x < query.width; x += stride) {
      const u = by.xx * x + by.xy * y + by.x0;
      const v = by.yx * x + by.yy * y + by.y0;
      if (u < 0 || v < 0 || u >= width - 1 || v >= height - 1) continue;
      const [column, row] = [Math.floor(u), Math.floor(v)];
      const [right, down] = [u - column, v - row];
      const from = row * width + column;
      const [a, b] = [at(data, from), at(data, from + 1)];
      const [c, d] = [at(data, from + width), at(data, from + width + 1)];
      probe.value = (a * (1 - right) + b * right) * (1 - down) + (c * (1 - right) + d * right) * down;
      probe.dx = (b - a) * (1 - down) + (d - c) * down;
      probe.dy = (c - a) * (1 - right) + (d - b) * right;
      seen(x, y, at(query.data, y * query.width + x));
    }
  }
}

/** Sums over points of two pictures, and how their brightness goes together. */
export function correlation() {
  let [count, q, s, qq, ss, qs] = [0, 0, 0, 0, 0, 0];
  return {
    add(own: number, other: number): void {
      count += 1;
      q += own;
      s += other;
      qq += own * own;
      ss += other * other;
      qs += own * other;
    },
    get count(): number {
      return count;
    },
    /** Of the query's brightness, and of the stored picture's. */
    variances: (): [number, number] => [qq / count - (q / count) ** 2, ss / count - (s / count) ** 2],
    covariance: (): number => qs / count - (q / count) * (s / count),
    means: (): [number, number] => [q / count, s / count],
  };
}

/** How well the whole of two pictures goes together, -1..1; -1 where they hardly overlap. */
export function overlap(query: GreyPicture, stored: GreyPicture, by: Affine): number {
  const all = correlation();
  overlay(query, stored, by, 1, (_x, _y, own) => all.add(own, probe.value));
  if (all.count < MIN_POINTS) return -1;
  const [one, other] = all.variances();
  return one < 1 || other < 1 ? -1 : all.covariance() / Math.sqrt(one * other);
}

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
    const moved = improved(query, stored, by, stride);
    if (!moved) return by;
    const shift = Math.abs(moved.x0 - by.x0) + Math.abs(moved.y0 - by.y0);
    by = moved;
    if (shift < SETTLED) break;
  }
  return by;
}

function improved(query: GreyPicture, stored: GreyPicture, by: Affine, stride: number): Affine | undefined {
  const all = correlation();
  overlay(query, stored, by, stride, (_x, _y, own) => all.add(own, probe.value));
  const [own, other] = all.variances();
  if (all.count < MIN_POINTS || other < 1) return undefined;
  const gain = all.covariance() / other;
  const [ownMean, otherMean] = all.means();
  const offset = ownMean - gain * otherMean;
  const scale = ROBUST * Math.sqrt(Math.max(1, own));

  const normal = new Float64Array(UNKNOWNS * UNKNOWNS);
  const right = new Float64Array(UNKNOWNS);
  const slope = new Float64Array(UNKNOWNS);
  overlay(query, stored, by, stride, (x, y, brightness) => {
    const residual = brightness - gain * probe.value - offset;
    const weight = 1 / (1 + (residual / scale) ** 2);
    const [gx, gy] = [gain * probe.dx, gain * probe.dy];
    slope[0] = gx * x;
    slope[1] = gx * y;
    slope[2] = gx;
    slope[3] = gy * x;
    slope[4] = gy * y;
    slope[5] = gy;
    slope[6] = probe.value;
    slope[7] = 1;
    for (let i = 0; i < UNKNOWNS; i++) {
      const weighted = weight * at(slope, i);
      right[i] = at(right, i) + weighted * residual;
      for (let j = 0; j <= i; j++)
        normal[i * UNKNOWNS + j] = at(normal, i * UNKNOWNS + j) + weighted * at(slope, j);
    }
  });
  const change = solved(normal, right);
  if (!change?.every(Number.isFinite)) return undefined;
  return {
    xx: by.xx + at(change, 0),
    xy: by.xy + at(change, 1),
    x0: by.x0 + at(change, 2),
    yx: by.yx + at(change, 3),
    yy: by.yy + at(change, 4),
    y0: by.y0 + at(change, 5),
  };
}

/** Solves the normal equations by Cholesky's decomposition, in place; `matrix` is given by its lower triangle. */
function solved(matrix: Float64Array, right: Float64Array): Float64Array | undefined {
  const n = UNKNOWNS;
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = at(matrix, i * n + j);
      for (let k = 0; k < j; k++) sum -= at(matrix, i * n + k) * at(matrix, j * n + k);
      if (i !== j) matrix[i * n + j] = sum / at(matrix, j * n + j);
      else if (sum <= 1e-9) return undefined;
      else matrix[i * n + i] = Math.sqrt(sum);
    }
  }
  for (let i = 0; i < n; i++) {
    let sum = at(right, i);
    for (let k = 0; k < i; k++) sum -= at(matrix, i * n + k) * at(right, k);
    right[i] = sum / at(matrix, i * n + i);
  }
  for (let i = n - 1; i >= 0; i--) {
    let sum = at(right, i);
    for (let k = i + 1; k < n; k++) sum -= at(matrix, k * n + i) * at(right, k);
    right[i] = sum / at(matrix, i * n + i);
  }
  return right;
}

/** Side of a block, in pixels. */
const BLOCK = 28;
/** A block less of which lies in both pictures says nothing. */
const MIN_SHARE = 0.8;
/** Variance of brightness below which there is nothing to see in a block. */
const FLAT = 9;

/** How well each block of the query goes together with what lies under it, -1..1, ascending; flat ones are left out. */
export function blockCorrelations(query: GreyPicture, stored: GreyPicture, by: Affine): number[] {
  const columns = Math.floor(query.width / BLOCK);
  const rows = Math.floor(query.height / BLOCK);
  const blocks = Array.from({ length: columns * rows }, correlation);
  overlay(query, stored, by, 1, (x, y, own) => {
    const [column, row] = [Math.floor(x / BLOCK), Math.floor(y / BLOCK)];
    if (column < columns && row < rows) blocks[row * columns + column]?.add(own, probe.value);
  });
  return blocks
    .flatMap((block) => {
      if (block.count < MIN_SHARE * BLOCK * BLOCK) return [];
      const [one, other] = block.variances();
      if (one < FLAT && other < FLAT) return [];
      return one < 1 || other < 1 ? [0] : [block.covariance() / Math.sqrt(one * other)];
    })
    .sort((one, other) => one - other);
}
