/** Renders a Markdown table. */
export const table = (
  header: readonly string[],
  rows: readonly (readonly (string | number)[])[],
): string[] => [row(header), row(header.map(() => '---')), ...rows.map(row)];

const row = (columns: readonly (string | number)[]): string => `| ${columns.join(' | ')} |`;

/** Renders a share of 0..1. */
export const decimals = (value: number): string => value.toFixed(3);
