import { detailOf } from './detail.ts';
import type { Raster } from './raster.ts';

/** Grey levels on which transparent images are laid: white, as most programs do, and dark grey. */
const [WHITE, DARK] = [255, 64] as const;
/** The dark ground must keep so much more detail: most copies of transparent images were laid on white. */
const ADVANTAGE = 1.5;
/** Samples in each direction. */
const SAMPLES = 256;

/**
 * Lays RGBA pixels on white, or on dark grey where that keeps clearly more detail, as of a white symbol. The result
 * shares the memory of `rgba`.
 */
export function layOnGround(rgba: Raster): Raster {
  const sampled = sample(rgba);
  const detailOn = (ground: number) => detailOf(flatten({ ...sampled, data: sampled.data.slice() }, ground));
  const isDarkBetter = detailOn(DARK) > ADVANTAGE * detailOn(WHITE);
  return flatten(rgba, isDarkBetter ? DARK : WHITE);
}

/** Takes at most 256 × 256 pixels. */
function sample({ width, height, data }: Raster): Raster {
  const [columns, rows] = [Math.min(width, SAMPLES), Math.min(height, SAMPLES)];
  const taken = new Uint8Array(4 * columns * rows);
  for (let row = 0; row < rows; row++) {
    const y = Math.floor((row * height) / rows);
    for (let column = 0; column < columns; column++) {
      const from = 4 * (y * width + Math.floor((column * width) / columns));
      taken.set(data.subarray(from, from + 4), 4 * (row * columns + column));
    }
  }
  return { width: columns, height: rows, data: taken };
}

/** Rounds as libvips does. Writes each pixel in place: it takes three of its four bytes. */
function flatten({ width, height, data }: Raster, ground: number): Raster {
  const pixels = width * height;
  for (let pixel = 0; pixel < pixels; pixel++) {
    const [from, to] = [4 * pixel, 3 * pixel];
    const alpha = data[from + 3] ?? 0;
    const behind = (255 - alpha) * ground;
    for (let channel = 0; channel < 3; channel++)
      data[to + channel] = Math.trunc(((data[from + channel] ?? 0) * alpha + behind) / 255);
  }
  return { width, height, data: data.subarray(0, 3 * pixels) };
}
