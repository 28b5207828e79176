import { styleText } from 'node:util';
import { sanitise } from './sanitise.ts';
import { shorten, stringWidth } from './string-width.ts';

export type Cell = string | number | boolean | null | undefined;

/** A column of a table, and of CSV. */
export interface Column<Row> {
  name: string;
  of: (row: Row) => Cell;
  /** True if a narrow terminal may shorten it. Ids are never shortened: they are copied. */
  shrinks?: true;
  right?: true;
}

const GAP = '  ';
const LEAST = 8;

export const cellText = (cell: Cell): string => (cell === null || cell === undefined ? '' : String(cell));

/** Returns the widths of columns: what they need, or less for those that may shrink, the widest first. */
export function columnWidths(needed: readonly { width: number; shrinks: boolean }[], room: number): number[] {
  const widths = needed.map(({ width }) => width);
  let excess = widths.reduce((sum, width) => sum + width, 0) + GAP.length * (widths.length - 1) - room;
  while (excess > 0) {
    let widest = -1;
    for (const [i, { shrinks }] of needed.entries())
      if (shrinks && (widths[i] ?? 0) > LEAST && (widths[i] ?? 0) > (widths[widest] ?? 0)) widest = i;
    if (widest < 0) break;
    widths[widest] = (widths[widest] ?? 0) - 1;
    excess -= 1;
  }
  return widths;
}

export interface TableStyle {
  /** Columns of the terminal. */
  columns: number;
  colour: boolean;
}

/** Returns the lines of a table: a header, and a line a row. */
export function tableLines<Row>(
  rows: readonly Row[],
  columns: readonly Column<Row>[],
  { columns: room, colour }: TableStyle,
  header = true,
): string[] {
  const cells = rows.map((row) => columns.map(({ of }) => sanitise(cellText(of(row)))));
  const names = columns.map(({ name }) => name.toUpperCase());
  const widths = columnWidths(
    columns.map(({ shrinks = false }, i) => ({
      width: Math.max(...[names, ...cells].map((line) => stringWidth(line[i] ?? ''))),
      shrinks,
    })),
    room,
  );
  const line = (texts: readonly string[]): string =>
    texts
      .map((text, i) => {
        const shown = columns[i]?.shrinks ? shorten(text, widths[i] ?? 0) : text;
        const padding = ' '.repeat(Math.max(0, (widths[i] ?? 0) - stringWidth(shown)));
        return columns[i]?.right ? padding + shown : shown + padding;
      })
      .join(GAP)
      .trimEnd();
  const head = line(names);
  return [
    ...(header ? [colour ? styleText('bold', head, { validateStream: false }) : head] : []),
    ...cells.map(line),
  ];
}
