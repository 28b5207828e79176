/** Counts pixels by their level of brightness: as many equal levels of 0..255 as the array is long. */
export function countLevel(levels: Float64Array, brightness: number): void {
  const level = Math.max(0, Math.min(levels.length - 1, Math.floor((brightness * levels.length) / 256)));
  levels[level] = (levels[level] ?? 0) + 1;
}

/** Returns the number of pixels at the two commonest levels. */
export function twoCommonest(levels: Float64Array): number {
  const [first = 0, second = 0] = [...levels].sort((one, other) => other - one);
  return first + second;
}
