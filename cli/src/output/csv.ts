import { type Cell, cellText } from './table.ts';

/** What a spreadsheet would run as a formula; a number is none. */
const FORMULA = /^[=+\-@\t\r]/;
const NUMBER = /^[+-]?\d+(\.\d+)?$/;

/**
 * Returns a line of CSV (RFC 4180, without the line's end). A text that a spreadsheet would run as a formula gets a quote
 * in front: names of files come from anywhere.
 */
export const csvLine = (cells: readonly Cell[]): string =>
  cells
    .map(cellText)
    .map((text) => (FORMULA.test(text) && !NUMBER.test(text) ? `'${text}` : text))
    .map((text) => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text))
    .join(',');
