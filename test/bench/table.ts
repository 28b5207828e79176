/** A column: its title, and its text in a row. */
export type Column<Row> = readonly [title: string, cell: (row: Row) => string | undefined];

/** Renders rows as a Markdown table with aligned columns. */
export function table<Row>(rows: readonly Row[], columns: readonly Column<Row>[]): string {
  const titles = columns.map(([title]) => title);
  const body = rows.map((row) => columns.map(([, cell]) => cell(row) ?? ''));
  const widths = titles.map((title, at) =>
    Math.max(title.length, ...body.map((cells) => cells[at]?.length ?? 0)),
  );
  const rule = widths.map((width) => '-'.repeat(width));
  return [titles, rule, ...body]
    .map((cells) => `| ${cells.map((cell, at) => cell.padEnd(widths[at] ?? 0)).join(' | ')} |`)
    .join('\n');
}
