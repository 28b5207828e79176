import { CALLERS } from './measure-index.ts';
import type { Row } from './rows.ts';

const COLUMNS: readonly (readonly [key: keyof Row, title: string])[] = [
  ['what', 'what'],
  ['recall', 'recall@10: semantic, copy'],
  ['oneCaller', 'ms p50 / p95'],
  ['manyCallers', `${CALLERS} callers`],
  ['perSecond', 'a second'],
  ['reference', 'reference in the same run'],
  ['goal', 'goal'],
];

/** Renders the rows as a Markdown table with aligned columns. */
export function table(rows: readonly Row[]): string {
  const titles = COLUMNS.map(([, title]) => title);
  const body = rows.map((row) => COLUMNS.map(([key]) => row[key] ?? ''));
  const widths = titles.map((title, at) =>
    Math.max(title.length, ...body.map((cells) => cells[at]?.length ?? 0)),
  );
  const rule = widths.map((width) => '-'.repeat(width));
  return [titles, rule, ...body]
    .map((cells) => `| ${cells.map((cell, at) => cell.padEnd(widths[at] ?? 0)).join(' | ')} |`)
    .join('\n');
}
