/** Characters that a terminal shows two columns wide: East Asian wide ones, and emoji. */
const WIDE =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\ua960-\ua97f\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1f300}-\u{1faff}\u{20000}-\u{3fffd}]|\p{Emoji_Presentation}/u;
/** Those without a width of their own. */
const NO_WIDTH = /^[\p{Mark}\u200b-\u200d\ufeff]$/u;
const ASCII = /^[\x20-\x7e]*$/;
const GRAPHEMES = new Intl.Segmenter(undefined, { granularity: 'grapheme' });

const graphemeWidth = (grapheme: string): number => {
  if (NO_WIDTH.test(grapheme)) return 0;
  return WIDE.test(grapheme) || grapheme.includes('\ufe0f') ? 2 : 1;
};

/** Returns the columns of a terminal that a text without control characters takes. */
export function stringWidth(text: string): number {
  if (ASCII.test(text)) return text.length;
  let width = 0;
  for (const { segment } of GRAPHEMES.segment(text)) width += graphemeWidth(segment);
  return width;
}

/** Shortens a text to so many columns; the end, by which file names differ, stays. */
export function shorten(text: string, columns: number): string {
  if (stringWidth(text) <= columns) return text;
  const graphemes = Array.from(GRAPHEMES.segment(text), ({ segment }) => segment);
  let tail = '';
  let width = 1;
  for (const grapheme of graphemes.reverse()) {
    width += graphemeWidth(grapheme);
    if (width > columns) break;
    tail = grapheme + tail;
  }
  return `…${tail}`;
}
