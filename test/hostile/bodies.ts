import { BROKEN_BODIES, type BrokenBody, LARGE_BROKEN_BODIES } from '../fixtures/broken-bodies.ts';

const json = (name: string, value: unknown): BrokenBody => ({
  name: `JSON ${name}`,
  contentType: 'application/json',
  body: Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)),
});

const LONE_SURROGATE = '\\ud800';
const NUL = '\\u0000';
/** JSON values as text, since not every one can be written by `JSON.stringify`. */
const WRONG_VALUES: Readonly<Record<string, string>> = {
  null: 'null',
  true: 'true',
  'an empty text': '""',
  'an empty list': '[]',
  'an empty object': '{}',
  'a list of 100 000 numbers': `[${'1,'.repeat(99_999)}1]`,
  'a text of 1 MB': `"${'x'.repeat(1_000_000)}"`,
  NUL: `"a${NUL}b"`,
  'a lone surrogate': `"a${LONE_SURROGATE}b"`,
  'emoji and line breaks': '"image/png\\r\\nx: y 😀"',
  '1e-131': '1e-131',
  '1e400': '1e400',
  '-0': '-0',
  'an integer of 400 digits': '9'.repeat(400),
  'an object with __proto__': '{"__proto__":{"a":1},"constructor":{"prototype":{"a":1}}}',
  '10 000 levels': `${'['.repeat(10_000)}${']'.repeat(10_000)}`,
  '20 000 keys': `{${Array.from({ length: 20_000 }, (_, at) => `"k${at}":"v"`).join()}}`,
};
/** Fields of the operations that take a body. */
const FIELDS = [
  'image',
  'image_id',
  'filters',
  'metadata',
  'files',
  'similarity_threshold',
  'scopes',
  'external_id',
];

/** Each wrong value in each field, in one object a value. */
const WRONG_FIELDS: readonly BrokenBody[] = Object.entries(WRONG_VALUES).map(([name, value]) =>
  json(`with ${name} in every field`, `{${FIELDS.map((field) => `"${field}":${value}`).join()}}`),
);

const image = Buffer.alloc(100, 7).toString('base64');
const SPECIFIC: readonly BrokenBody[] = [
  json('of 100 files that are none', {
    files: Array.from({ length: 100 }, () => ({ filename: '', size: -1 })),
  }),
  json('of 100 001 files', { files: Array.from({ length: 100_001 }, () => null) }),
  json('of a file with line breaks in its type', {
    files: [{ filename: 'a\r\nb', content_type: 'image/png\r\nx: y', size: 1 }],
  }),
  json('of an image of 6 MB that is not base64', { image: '*'.repeat(6_000_000) }),
  json('of an image of a megabyte of zeros', { image: Buffer.alloc(1_000_000).toString('base64') }),
  json('of an image and of an id', { image, image_id: 'img_01JCZ8M3P7Q4R5S6T7V8W9X0Y1' }),
  json('of a filter of 20 000 keys', {
    image,
    filters: { metadata: Object.fromEntries(Array.from({ length: 20_000 }, (_, at) => [`k${at}`, 'v'])) },
  }),
  json('of a filter of 100 000 values', { image, filters: { metadata: { k: Array(100_000).fill('v') } } }),
  json('of a region of no size', { image, region: { x: 0, y: 0, width: 1e-300, height: 1e-300 } }),
  json('of metadata of 320 KB', { image, metadata: { k: 'v'.repeat(320_000) } }),
  json('of metadata of reserved names', '{"image":"AAAA","metadata":{"constructor":"a","__proto__":"b"}}'),
];

/** All bodies that no client should send, each named once. */
export const HOSTILE_BODIES: readonly BrokenBody[] = [
  ...BROKEN_BODIES,
  ...LARGE_BROKEN_BODIES,
  ...WRONG_FIELDS,
  ...SPECIFIC,
];

/** Bodies that once ended the process of a function. */
export const ENDING_BODIES = BROKEN_BODIES.filter(({ name }) =>
  ['a form cut in the closing boundary', 'a form cut in a file', 'a form with x then x[]'].includes(name),
);
