import type { Raster } from './raster.ts';

/** Samples in each direction: about 250 of them fall on an object of a thousandth of the image's area. */
const SAMPLES = 512;

/**
 * Returns the standard deviation (0..127.5) of the most varied of the three channels, over a grid of at most
 * 512 × 512 pixels. A flat colour has 0, a flat colour after JPEG compression below 1, a page with a single line of
 * text about 8, photographs 30 to 80.
 */
export function detailOf({ width, height, data }: Raster): number {
  const stepX = Math.max(1, width / SAMPLES);
  const stepY = Math.max(1, height / SAMPLES);
  const sums = [0, 0, 0];
  const squares = [0, 0, 0];
  let count = 0;
  for (let y = 0; y < height; y += stepY) {
    for (let x = 0; x < width; x += stepX) {
      const at = 3 * (Math.floor(y) * width + Math.floor(x));
      for (let channel = 0; channel < 3; channel++) {
        const value = data[at + channel] ?? 0;
        sums[channel] = (sums[channel] ?? 0) + value;
        squares[channel] = (squares[channel] ?? 0) + value * value;
      }
      count++;
    }
  }
  const variances = sums.map((sum, channel) => (squares[channel] ?? 0) / count - (sum / count) ** 2);
  return Math.sqrt(Math.max(0, ...variances));
}
