import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { itemReader } from '#shared/aws/dynamodb-item.ts';

const read = itemReader(
  'images',
  z.object({ name: z.string(), size: z.number().exactOptional(), tags: z.record(z.string(), z.string()) }),
);
const item = { pk: 'TENANT#acme', sk: 'IMAGE#1', name: 'boats', tags: { album: 'summer' } };

describe('itemReader', () => {
  it('drops the keys, and attributes that the schema does not name', () => {
    expect(read({ ...item, of_a_later_release: 1 })).toEqual({ name: 'boats', tags: { album: 'summer' } });
  });

  it.each([
    ['is missing', { name: undefined }, 'name'],
    ['has another type', { size: 'secret' }, 'size'],
    ['has an invalid value within', { tags: { secret: 1 }, size: null }, 'size, tags'],
  ])('rejects an item if an attribute %s', (_what, change, attributes) => {
    expect(() => read({ ...item, ...change })).toThrow(
      expect.objectContaining({
        code: 'internal_error',
        message: `The item TENANT#acme / IMAGE#1 of the table images is not valid: ${attributes}.`,
      }),
    );
  });
});
