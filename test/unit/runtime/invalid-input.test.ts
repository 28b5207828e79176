import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { MediaType, MetadataField, Threshold } from '#shared/contracts/http/fields.ts';
import { addImage, listImages } from '#shared/contracts/http/images.ts';
import { searchSimilarity } from '#shared/contracts/http/search.ts';
import { JSON_BOUNDS } from '#shared/kernel/json-bounds.ts';
import { Problem } from '#shared/kernel/problems.ts';
import { parseField } from '#shared/runtime/input.ts';
import { entryOrProblem, problemEntry } from '#shared/runtime/problem-responses.ts';

/** Returns the problem that a value is refused with; undefined if it is accepted. */
function refusal(schema: z.ZodType, value: unknown): Problem | undefined {
  try {
    parseField(schema, value, '');
    return undefined;
  } catch (error) {
    if (error instanceof Problem) return error;
    throw error;
  }
}
const pointers = (schema: z.ZodType, value: unknown) =>
  refusal(schema, value)?.errors?.map(({ pointer }) => pointer);

describe('a list of errors', () => {
  const names = z.record(z.string(), z.enum(['a']));

  it('shows 20, of 200 characters each, and says how many there are', () => {
    const value = Object.fromEntries(Array.from({ length: 332 }, (_, n) => [`${'k'.repeat(1000)}${n}`, 'b']));
    const problem = refusal(names, value);
    expect(problem?.errors).toHaveLength(20);
    for (const { pointer, message } of problem?.errors ?? [])
      expect([pointer.length <= 200, message.length <= 200]).toEqual([true, true]);
    expect(problem?.message).toMatch(/; and 312 more$/);
    expect(problem?.message.length).toBeLessThanOrEqual(1000);
  });

  it('is bounded where a schema names every unknown key', () => {
    const value = Object.fromEntries(
      Array.from({ length: 50_000 }, (_, n) => [`key${n}`, '\u0000'.repeat(9)]),
    );
    const problem = refusal(z.strictObject({}), value);
    expect(JSON.stringify(problem?.toDocument()).length).toBeLessThan(2_000);
  });

  it('holds no control characters: JSON writes them six times as long', () => {
    const document = refusal(names, { ['\u0000\u001f\u007f\u0085'.repeat(9)]: 'b' })?.toDocument();
    expect(JSON.stringify(document)).not.toMatch(/\\u00/);
  });
});

describe('a value in a request', () => {
  const any = z.unknown();
  const nested = (depth: number) => JSON.parse(`${'['.repeat(depth)}1${']'.repeat(depth)}`) as unknown;

  it.each([
    ['a lone surrogate', { a: [{ 'b/c': '\ud800' }] }, '/a/0/b~1c'],
    ['a lone surrogate in a key', { a: { '\udc00': 1 } }, '/a/\ufffd'],
    ['a key __proto__', JSON.parse('{"a":{"__proto__":{"b":1}}}'), '/a/__proto__'],
    ['a value that is nested too deep', { a: nested(200_000) }, `/a${'/0'.repeat(JSON_BOUNDS.depth - 1)}`],
    ['too many values', Array.from({ length: JSON_BOUNDS.values }, () => 1), ''],
  ])('is refused with its pointer: %s', (_what, value, pointer) => {
    expect(pointers(any, value)).toEqual([pointer]);
  });

  it('is accepted with pairs of surrogates and nesting within the bound', () => {
    expect(
      refusal(any, { emoji: '😀', nested: nested(JSON_BOUNDS.depth - 1), bytes: new Uint8Array(9) }),
    ).toBe(undefined);
  });

  it('is refused in JSON text of a form too', () => {
    expect(pointers(addImage.body ?? any, { metadata: '{"a":"\\ud800"}' })).toEqual(['/metadata/a']);
    expect(pointers(addImage.body ?? any, { metadata: '{"__proto__":"x"}' })).toEqual([
      '/metadata/__proto__',
    ]);
  });
});

describe('metadata', () => {
  const keys = (count: number, value = 'v') =>
    Object.fromEntries(Array.from({ length: count }, (_, n) => [`key${n}`, value]));

  it('has at most 50 keys and 8 KB', () => {
    expect(refusal(MetadataField, keys(50))).toBe(undefined);
    expect(refusal(MetadataField, keys(51))?.code).toBe('invalid_request');
    expect(refusal(MetadataField, keys(16, 'é'.repeat(256)))?.message).toContain('8192 bytes');
  });

  it.each(['constructor', 'hasOwnProperty', 'toString', 'valueOf'])('has no key %s', (key) => {
    expect(pointers(MetadataField, { [key]: 'x' })).toEqual([`/${key}`]);
  });
});

describe('a filter by metadata', () => {
  const body = searchSimilarity.body ?? z.never();
  const wanted = (keys: number, values: number) => ({
    image_id: 'img_01JCZ8M3P7Q4R5S6T7V8W9X0Y1',
    filters: {
      metadata: Object.fromEntries(
        Array.from({ length: keys }, (_, n) => [`key${n}`, Array.from({ length: values }, (_, v) => `${v}`)]),
      ),
    },
  });

  it('has at most 16 keys and 100 values in all', () => {
    expect(refusal(body, wanted(16, 6))).toBe(undefined);
    expect(pointers(body, wanted(17, 1))).toEqual(['/filters/metadata']);
    expect(pointers(body, wanted(4, 26))).toEqual(['/filters/metadata']);
  });

  it('may name keys that metadata cannot have', () => {
    expect(refusal(body, { ...wanted(0, 0), filters: { metadata: { constructor: 'x' } } })).toBe(undefined);
  });
});

describe('a number in a query or a form', () => {
  const query = listImages.query ?? z.never();

  it.each(['abc', '', ' ', '1e999', 'NaN', '0x'])('is refused as it was sent: %j', (limit) => {
    expect(refusal(query, { limit })?.message).toBe('/limit: must be a number');
  });

  it('has its bounds', () => {
    expect(refusal(query, { limit: '100' })).toBe(undefined);
    expect(refusal(query, { limit: '101' })?.message).toContain('<=100');
    expect(refusal(query, { limit: '1.5' })?.message).toContain('int');
  });
});

describe('a list in a form', () => {
  const body = searchSimilarity.body ?? z.never();
  const storagesOf = (storage_locations: unknown) => {
    const search = { image_id: 'img_01JCZ8M3P7Q4R5S6T7V8W9X0Y1', storage_locations };
    return Object(parseField(body, search, '')).storage_locations;
  };

  it('is the field repeated, or JSON text', () => {
    expect(storagesOf('uploads')).toEqual(['uploads']);
    expect(storagesOf(['uploads', 'st_1'])).toEqual(['uploads', 'st_1']);
    expect(storagesOf('["uploads","st_1"]')).toEqual(['uploads', 'st_1']);
    expect(() => storagesOf('["uploads"')).toThrow('/storage_locations: is not JSON');
  });
});

describe('ids in a query', () => {
  const query = listImages.query ?? z.never();
  const ids = (count: number) =>
    Array.from({ length: count }, (_, n) => `img_01JCZ8M3P7Q4R5S6T7V8W9X${String(n).padStart(3, '0')}`);

  it('are separated by commas, at most 100', () => {
    expect(parseField(query, { ids: ids(100).join(',') }, '')).toMatchObject({ ids: ids(100) });
    expect(refusal(query, { ids: ids(101).join(',') })?.code).toBe('invalid_request');
    expect(pointers(query, { ids: 'img_1' })).toEqual(['/ids/0']);
  });
});

describe('a media type', () => {
  it.each(['image/jpeg', 'image/svg+xml', 'text/plain; charset=utf-8', 'application/vnd.a.b-c+json'])(
    'may be %s',
    (type) => expect(refusal(MediaType, type)).toBe(undefined),
  );
  it.each([
    'image/jpeg\r\nx: y',
    'image/\u0000jpeg',
    'image/😀',
    'image',
    '/jpeg',
    'image/jpeg;\n',
    `image/${'j'.repeat(99)}`,
    'image/jpeg; name="é"',
  ])('may not be %j', (type) => expect(refusal(MediaType, type)?.code).toBe('invalid_request'));
});

it('rounds a stored threshold to a number that storage holds', () => {
  expect([1e-131, 0.7, 0.123_456_789, 1].map((share) => parseField(Threshold, share, ''))).toEqual([
    0, 0.7, 0.123_457, 1,
  ]);
});

describe('an entry of a list', () => {
  const thrown = (problem: Problem) => () => {
    throw problem;
  };

  it('that is refused has no field without a value: a reply is stored as JSON', () => {
    const entry = problemEntry(new Problem('not_found', 'No.'), 'id');
    expect(JSON.parse(JSON.stringify(entry))).toStrictEqual(entry);
  });

  it('shows 5 errors', () => {
    const errors = Array.from({ length: 9 }, (_, n) => ({ pointer: `/${n}`, message: 'no' }));
    const problem = new Problem('invalid_request', 'No.', { errors });
    expect(entryOrProblem(thrown(problem))).toBe(problem);
    expect(problemEntry(problem, 'id')).toMatchObject({ error: { errors: errors.slice(0, 5) } });
  });

  it('is refused for a rate limit, but faults of the service fail the whole call', () => {
    const limited = new Problem('rate_limited', 'Wait.');
    expect(entryOrProblem(thrown(limited))).toBe(limited);
    const fault = new Problem('dependency_unavailable', 'Down.');
    expect(() => entryOrProblem(thrown(fault))).toThrow(fault);
  });
});
