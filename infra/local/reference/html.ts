/** Text of HTML, escaped. */
export interface Html {
  readonly html: string;
}

const ESCAPES: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};
const escaped = (text: string): string =>
  text.replaceAll(/[&<>"']/g, (character) => ESCAPES[character] ?? '');

type Part = string | number | Html | readonly Html[] | undefined;

const textOf = (part: Part): string => {
  if (part === undefined) return '';
  if (typeof part === 'object') return 'html' in part ? part.html : part.map(({ html }) => html).join('');
  return escaped(String(part));
};

/** Builds HTML: what is filled in is escaped, unless it is HTML itself. */
export const html = (strings: TemplateStringsArray, ...parts: readonly Part[]): Html => ({
  html: String.raw({ raw: strings }, ...parts.map(textOf)),
});

/** Returns a description, with what stands between backticks as code. */
export const prose = (text = ''): Html => ({
  html: escaped(text).replaceAll(/`([^`]+)`/g, '<code>$1</code>'),
});
