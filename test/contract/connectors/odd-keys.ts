export const bytesOf = (text: string): Uint8Array => Buffer.from(text);

/** Orders keys by their UTF-8 bytes. */
export const inByteOrder = (keys: readonly string[]): string[] =>
  [...keys].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));

/** Keys that programs mistake, by what is odd about them. */
export const ODD_KEYS = {
  'spaces and plus signs': ['a b+c', ' a', 'a ', '+', 'a%20b'],
  'characters that URLs escape': ['a?b#c&d=e;f', '%', '%2F', '%252e', 'a@b:c', '~!$*(),'],
  'characters of XML': ['<a>&amp;"\'</a>', '&#10;', ']]>'],
  'other scripts': ['фото/ü.jpg', '写真', 'عكس.jpg'],
  'composed and decomposed letters': ['\u00e9.jpg', 'e\u0301.jpg'],
  'characters beyond 16 bits': ['🏔️.jpg', '\u{10FFFD}', '\uFFFD', '\uE000'],
  'empty segments': ['a//b', '//a', 'a///', '/'],
  'names around the slash': ['a!', 'a/b', 'a0'],
  'names of objects and folders alike': ['a', 'a/b'],
  'trailing slashes': ['a/', 'a/b/'],
  'dots as segments': ['./a', '../a', 'a/../b', 'a/.', '..'],
  backslashes: ['a\\b', '\\'],
  'control characters': ['a\tb', 'a\nb', '\u0001'],
  '1 024 bytes': ['k'.repeat(1_024)],
} as const satisfies Record<string, readonly string[]>;
export type Kept = keyof typeof ODD_KEYS;

/** Returns all that an iterable gives. */
export async function collect<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const all: Item[] = [];
  for await (const item of items) all.push(item);
  return all;
}
