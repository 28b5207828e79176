// Letters of strokes between dots, so that no font is needed and text is the same on every machine.

/** Columns of dots, seven rows each, by the bits of a hexadecimal number: the top row is the lowest bit. */
const GLYPHS: Readonly<Record<string, string>> = {
  ...{ A: '7e1111117e', B: '7f49494936', C: '3e41414122', D: '7f4141221c', E: '7f49494941', F: '7f09090901' },
  ...{ G: '3e4149497a', H: '7f0808087f', I: '00417f4100', J: '2040413f01', K: '7f08142241', L: '7f40404040' },
  ...{ M: '7f020c027f', N: '7f0408107f', O: '3e4141413e', P: '7f09090906', Q: '3e4151215e', R: '7f09192946' },
  ...{ S: '4649494931', T: '01017f0101', U: '3f4040403f', V: '1f2040201f', W: '3f4038403f', X: '6314081463' },
  ...{ Y: '0708700807', Z: '6151494543', 0: '3e4141413e', 1: '00427f4000', 2: '4261514946', 3: '2141454b31' },
  ...{ 4: '1814127f10', 5: '2745454539', 6: '3c4a494930', 7: '0171090503', 8: '3649494936', 9: '064949291e' },
  ...{ ':': '0000360000', '.': '0060600000', '-': '0808080808', '?': '0201510906', '%': '2313086462' },
};
const ROWS = 7;
const COLUMNS = 5;

/** Each dot is joined to these neighbours, in columns and rows. */
const NEIGHBOURS = [
  [1, 0],
  [0, 1],
  [1, 1],
  [1, -1],
] as const;

/** A diagonal stroke is drawn only if no other way leads from one dot to the other. */
function strokesOf(glyph: string): string[] {
  const dots = (GLYPHS[glyph] ?? '').match(/../g)?.map((column) => Number.parseInt(column, 16)) ?? [];
  const has = (column: number, row: number): boolean => row >= 0 && (((dots[column] ?? 0) >> row) & 1) === 1;
  const strokes: string[] = [];
  for (let column = 0; column < COLUMNS; column++)
    for (let row = 0; row < ROWS; row++) {
      if (!has(column, row)) continue;
      strokes.push(`M${column} ${row}h0`);
      for (const [right, down] of NEIGHBOURS) {
        const isBridged = right !== 0 && down !== 0 && (has(column + right, row) || has(column, row + down));
        if (has(column + right, row + down) && !isBridged) strokes.push(`M${column} ${row}l${right} ${down}`);
      }
    }
  return strokes;
}
const STROKES = new Map(Object.keys(GLYPHS).map((glyph) => [glyph, strokesOf(glyph).join('')]));

/** Returns the width of a text whose letters have the height `size`. */
export const textWidth = (text: string, size: number): number =>
  (text.length * (COLUMNS + 1) - 1) * (size / ROWS);

interface Style {
  ink: string;
  /** Of a stroke, in dots. */
  weight?: number;
  /** The colour around the letters. */
  outline?: string;
}

/** Returns a line of text as SVG. @param size the height of a letter; `x`, `y` its upper left corner */
export function lettering(
  text: string,
  x: number,
  y: number,
  size: number,
  { ink, weight = 1.1, outline }: Style,
): string {
  const letters = [...text.toUpperCase()].map(
    (glyph, place) =>
      `<path transform="translate(${place * (COLUMNS + 1)})" d="${STROKES.get(glyph) ?? ''}"/>`,
  );
  const layer = (colour: string, width: number): string =>
    `<g stroke="${colour}" stroke-width="${width}" fill="none">${letters.join('')}</g>`;
  const layers = [...(outline ? [layer(outline, weight + 1.2)] : []), layer(ink, weight)];
  const scale = size / ROWS;
  return `<g transform="translate(${x + scale / 2} ${y + scale / 2}) scale(${scale})" stroke-linecap="round" stroke-linejoin="round">${layers.join('')}</g>`;
}

const VOCABULARY =
  'AFTER ALSO BEFORE BOAT BRING CAKE CALL CLOCK COLD DOOR EARLY EVENING FERRY FINE FRIDAY GARDEN GOOD HOUSE HURRY KEYS LATE LETTER LUNCH MAYBE MONEY MORNING NEVER OFFICE OKAY PAINT PHONE PLEASE QUICK RAIN READY RIVER SCHOOL SOON STATION TABLE THANKS TICKET TODAY TRAIN WATER WEEK WHERE WINDOW YES ZERO'.split(
    ' ',
  );

/** Returns a sentence of ordinary words. */
export const sentence = (count: number, random: () => number): string =>
  Array.from({ length: count }, () => VOCABULARY[Math.floor(random() * VOCABULARY.length)]).join(' ');
