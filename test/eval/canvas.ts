import sharp, { type Sharp } from 'sharp';
import { randomOf } from './random.ts';

// Draws dot by dot: without a font, it is the same on every machine.

/** Columns and rows of a letter. */
const COLUMNS = 5;
const ROWS = 7;
const next = randomOf('alphabet');
const ALPHABET = Array.from({ length: 26 }, () =>
  Array.from({ length: COLUMNS * ROWS }, (_, dot) => next() < (dot % COLUMNS === 0 ? 0.75 : 0.4)),
);

/** `#rrggbb` */
export type Colour = `#${string}`;
const channels = (colour: Colour): number[] =>
  [1, 3, 5].map((at) => Number.parseInt(colour.slice(at, at + 2), 16));

/** Returns words of 2 to 9 letters, as indices into the alphabet, with -1 after each. */
export function words(count: number, random: () => number): number[] {
  const letters: number[] = [];
  for (let word = 0; word < count; word++) {
    for (let left = 2 + Math.floor(random() * 8); left > 0; left--) letters.push(Math.floor(random() * 26));
    letters.push(-1);
  }
  return letters;
}

/** Returns how many letters of height `size` fit into a width. */
export const fitting = (width: number, size: number): number =>
  Math.max(0, Math.floor(width / ((size / ROWS) * (COLUMNS + 1))));

/** Returns a surface of one colour that draws rectangles and text, clipped to its bounds. */
export function canvas(width: number, height: number, background: Colour) {
  const data = new Uint8Array(width * height * 3);
  const rect = (x: number, y: number, w: number, h: number, colour: Colour): void => {
    const rgb = channels(colour);
    const [left, right] = [Math.max(0, Math.round(x)), Math.min(width, Math.round(x + w))];
    if (right <= left) return;
    const line = Uint8Array.from({ length: (right - left) * 3 }, (_, at) => rgb[at % 3] ?? 0);
    for (let row = Math.max(0, Math.round(y)); row < Math.min(height, Math.round(y + h)); row++)
      data.set(line, (row * width + left) * 3);
  };
  rect(0, 0, width, height, background);
  return {
    rect,
    /** @param size the height of a letter, in pixels */
    text(letters: readonly number[], x: number, y: number, size: number, ink: Colour): void {
      const dot = size / ROWS;
      for (const [place, letter] of letters.entries())
        for (const [at, isSet] of (ALPHABET[letter] ?? []).entries())
          if (isSet)
            rect(
              x + (place * (COLUMNS + 1) + (at % COLUMNS)) * dot,
              y + Math.floor(at / COLUMNS) * dot,
              Math.max(1, dot),
              Math.max(1, dot),
              ink,
            );
    },
    image: (): Sharp => sharp(data, { raw: { width, height, channels: 3 } }),
  };
}
