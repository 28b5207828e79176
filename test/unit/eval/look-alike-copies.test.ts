import { expect, it } from 'vitest';
import type { JudgedLibrary, LibraryImage } from '../../eval/library.ts';
import { ofKind } from '../../eval/look-alike-copies.ts';
import { copyFigures, groupFigures } from '../../eval/measure-library.ts';

const image = (name: string): LibraryImage => ({
  ...{ name, family: name.slice(0, 2), kind: name.charAt(0), load: async () => new Uint8Array() },
});
const copy = { verdict: 'edited_copy', score: 0.99 } as const;
/** Kinds `a` and `b`; families of two images. One pair of `b` is found, and `a` is mistaken for `b` once. */
const library: JudgedLibrary = {
  images: ['a1-', 'a1+', 'a2-', 'b1-', 'b1+'].map(image),
  refused: ['a2-'],
  judgements: new Map([
    ['a1-', new Map([['b1-', copy]])],
    ['a1+', new Map()],
    ['b1-', new Map([['b1+', copy]])],
    ['b1+', new Map([['b1-', copy]])],
  ]),
  groups: [
    ['a1-', 'b1-'],
    ['b1-', 'b1+'],
  ],
};

it('measures a kind by its own images, and counts what is mistaken for another kind', () => {
  const own = ofKind(library, 'a');
  expect(copyFigures(own)).toMatchObject({ searches: 2, refused: 1, found: 0, falsePairs: [['a1-', 'b1-']] });
  expect(groupFigures(own).mixed).toEqual([['a1-', 'b1-']]);
});

it('leaves out what concerns other kinds alone', () => {
  const other = ofKind(library, 'b');
  expect(copyFigures(other)).toMatchObject({ refused: 0, pairs: 2, found: 1, falsePairs: [] });
  expect(ofKind(library, 'a').groups).toHaveLength(1);
});
