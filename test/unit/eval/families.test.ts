import { expect, it } from 'vitest';
import { EDIT_NAMES } from '../../eval/edits.ts';
import { family, mixedEdits } from '../../eval/families.ts';

const names = Array.from({ length: 200 }, (_, at) => `photograph-${at}`);

it('draws 2 to 8 different edits, and each number of them', () => {
  const drawn = names.map(mixedEdits);
  expect(new Set(drawn.map(({ length }) => length))).toEqual(new Set([2, 3, 4, 5, 6, 7, 8]));
  for (const edits of drawn) expect(new Set(edits).size).toBe(edits.length);
  expect(new Set(drawn.flat())).toEqual(new Set(EDIT_NAMES));
});

it('draws the same edits again', () => {
  expect(names.map(mixedEdits)).toEqual(names.map(mixedEdits));
});

it('makes a family of a photograph and its copies', () => {
  const members = family({ name: 'one', load: async () => new Uint8Array() }, ['grey', 'blur']);
  expect(members.map(({ name }) => name)).toEqual(['one', 'one/grey', 'one/blur']);
  expect(new Set(members.map((image) => image.family))).toEqual(new Set(['one']));
});
