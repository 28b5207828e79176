import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeCursor, encodeCursor } from '#shared/kernel/cursor.ts';

const refused = expect.objectContaining({ code: 'invalid_cursor' });
const ANY = /^/;

describe('cursors', () => {
  it('decode to their position in the list that they were made for', () => {
    const list = fc.array(fc.option(fc.string(), { nil: undefined }));
    fc.assert(
      fc.property(list, fc.string(), (name, position) => {
        expect(decodeCursor(name, encodeCursor(name, position), ANY)).toBe(position);
      }),
    );
  });

  it.each([
    ['another tenant', ['b', 'images', undefined]],
    ['another query', ['a', 'images', 'failed']],
    ['another kind', ['a', 'groups', undefined]],
  ])('are refused by the list of %s', (_, other) => {
    const cursor = encodeCursor(['a', 'images', undefined], 'x');
    expect(() => decodeCursor(other, cursor, ANY)).toThrow(refused);
  });

  it('are refused if they are malformed or have an invalid position', () => {
    const list = ['a'];
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(() => decodeCursor(list, text, ANY)).toThrow(refused);
      }),
    );
    expect(() => decodeCursor(list, encodeCursor(list, 'VECTOR#1'), /^img_/)).toThrow(refused);
  });
});
