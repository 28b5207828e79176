import { floatAt } from '#shared/matching/typed-arrays.ts';
import type { GreyImage } from './grey-image.ts';
import type { Overlay, Transform } from './warp.ts';

/** Maps the brightness of the other image to that of `one`. */
export interface Tone {
  gain: number;
  offset: number;
}

const STEPS = 256;
/** The number of steps of each size, in levels of brightness. */
export const noSteps = (): Uint32Array => new Uint32Array(STEPS);

/**
 * Regresses the difference within a block on the brightness gradients: a shift of the block adds a multiple of them.
 * @returns sums of squares: of the difference, and of the part of it that the best shift explains
 */
export function explainedByShift(points: Overlay, image: GreyImage, transform: Transform, tone: Tone) {
  const { count, query, stored, x, y, dx, dy } = points;
  const mean =
    sumOver(count, (point) => floatAt(query, point) - tone.gain * floatAt(stored, point)) /
    Math.max(1, count);
  let [differing, xx, xy, yy, rx, ry] = [0, 0, 0, 0, 0, 0];
  for (let point = 0; point < count; point++) {
    const difference = floatAt(query, point) - tone.gain * floatAt(stored, point) - mean;
    const at = floatAt(y, point) * image.width + floatAt(x, point);
    const here = floatAt(image.data, at);
    const [across, along] = [tone.gain * floatAt(dx, point), tone.gain * floatAt(dy, point)];
    const right = (across * transform.xx + along * transform.yx + (image.data[at + 1] ?? here) - here) / 2;
    const down =
      (across * transform.xy + along * transform.yy + (image.data[at + image.width] ?? here) - here) / 2;
    differing += difference * difference;
    xx += right * right;
    xy += right * down;
    yy += down * down;
    rx += difference * right;
    ry += difference * down;
  }
  const determinant = xx * yy - xy * xy;
  const explained = determinant > 1 ? (rx * rx * yy - 2 * rx * ry * xy + ry * ry * xx) / determinant : 0;
  return { differing, explained };
}

/** Visits each two neighbours of a block, if all of it lies in both images. */
function forNeighbours({ count }: Overlay, side: number, visit: (one: number, other: number) => void): void {
  if (count < side * side) return;
  for (let point = 0; point < side * side; point++) {
    if ((point + 1) % side > 0) visit(point, point + 1);
    if (point + side < side * side) visit(point, point + side);
  }
}

/** Counts the steps of the difference between neighbours, if all of a block lies in both images. */
export function countSteps(steps: Uint32Array, points: Overlay, side: number, tone: Tone): void {
  const difference = (point: number): number =>
    floatAt(points.query, point) - tone.gain * floatAt(points.stored, point);
  const add = (one: number, other: number): void => {
    const step = Math.min(STEPS - 1, Math.floor(Math.abs(difference(one) - difference(other))));
    steps[step] = (steps[step] ?? 0) + 1;
  };
  forNeighbours(points, side, add);
}

/** Steps of brightness across the outline of what differs: between a pixel that differs and a neighbour that does not. */
export interface Outline {
  count: number;
  /** Sums, 0..255 a step, in each image. */
  one: number;
  other: number;
}

/** Adds the outline within a block, if all of the block lies in both images. @param same the difference below which pixels are the same */
export function addOutline(outline: Outline, points: Overlay, side: number, tone: Tone, same: number): void {
  const differs = (point: number): boolean =>
    Math.abs(floatAt(points.query, point) - tone.gain * floatAt(points.stored, point) - tone.offset) >= same;
  const add = (one: number, other: number): void => {
    if (differs(one) === differs(other)) return;
    outline.count += 1;
    outline.one += Math.abs(floatAt(points.query, one) - floatAt(points.query, other));
    outline.other += tone.gain * Math.abs(floatAt(points.stored, one) - floatAt(points.stored, other));
  };
  forNeighbours(points, side, add);
}

/** Returns the step that this share of the steps exceeds, or equals. */
export function stepExceededBy(share: number, steps: Uint32Array): number {
  const most = share * steps.reduce((all, count) => all + count, 0);
  let above = 0;
  for (let step = STEPS - 1; step > 0; step--) {
    above += steps[step] ?? 0;
    if (above > most) return step;
  }
  return 0;
}

function sumOver(count: number, value: (at: number) => number): number {
  let total = 0;
  for (let at = 0; at < count; at++) total += value(at);
  return total;
}
