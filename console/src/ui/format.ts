const NUMBER = new Intl.NumberFormat();
const UNITS = ['B', 'kB', 'MB', 'GB', 'TB'];

export const count = (value: number): string => NUMBER.format(value);

/** Returns `1 image`, `2 images`. */
export const counted = (value: number, noun: string): string =>
  `${count(value)} ${noun}${value === 1 ? '' : 's'}`;

/** Returns a size in bytes with three digits: `1.24 MB`. */
export function bytes(value: number): string {
  const power = value < 1000 ? 0 : Math.min(Math.floor(Math.log10(value) / 3), UNITS.length - 1);
  const scaled = value / 1000 ** power;
  return `${power === 0 ? value : scaled.toPrecision(3)} ${UNITS[power]}`;
}

export const percent = (share: number): string => `${Math.round(share * 100)} %`;

/** Returns seconds as `12 s`, `3 min`, `2 h`. */
export function duration(seconds: number): string {
  if (seconds < 90) return `${Math.round(seconds)} s`;
  return seconds < 5_400 ? `${Math.round(seconds / 60)} min` : `${Math.round(seconds / 3600)} h`;
}
