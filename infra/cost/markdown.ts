/** Renders a Markdown table. */
export const table = (titles: readonly string[], rows: readonly (readonly string[])[]): string =>
  [titles, titles.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');

/** Groups the digits of a whole number by three, with spaces. */
export const grouped = (digits: string): string => digits.replace(/\B(?=(\d{3})+(?!\d))/g, ' ');

/** Renders a number without decimals, its digits grouped. */
export const whole = (count: number): string => grouped(Math.round(count).toString());
