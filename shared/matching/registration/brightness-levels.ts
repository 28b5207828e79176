/** Counts pixels by their level of brightness: as many equal levels of 0..255 as the array is long. */
export function countLevel(levels: Float64Array, brightness: number): void {
  const level = Math.max(0, Math.min(levels.length - 1, Math.floor((brightness * levels.length) / 256)));
  levels[level] = (levels[level] ?? 0) + 1;
}

/** Returns the number of pixels at the commonest levels. */
export const commonest = (levels: Float64Array, count: number): number =>
  [...levels]
    .sort((one, other) => other - one)
    .slice(0, count)
    .reduce((sum, pixels) => sum + pixels, 0);
