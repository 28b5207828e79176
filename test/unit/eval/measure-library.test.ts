import { describe, expect, it } from 'vitest';
import type { Verdict } from '#shared/kernel/vocabulary.ts';
import type { JudgedLibrary } from '../../eval/library.ts';
import {
  asymmetricPairs,
  calledCopies,
  copyFigures,
  groupFigures,
  judgedPairs,
  orderFigures,
  ungroupedPairs,
} from '../../eval/measure-library.ts';

/** Answers as `asked>found`, with the verdict. */
type Answers = Record<string, Verdict>;

/** A library whose families are the first letters of names: `a1` and `a2` are copies. */
function library(
  names: readonly string[],
  answers: Answers,
  groups: readonly (readonly string[])[] = [],
): JudgedLibrary {
  const load = async () => new Uint8Array();
  const images = names.map((name) => ({ name, family: name.charAt(0), kind: 'letters', load }));
  const judgements = new Map(
    names.map((name) => {
      const own = Object.entries(answers)
        .map(([pair, verdict]) => ({ pair: pair.split('>'), verdict }))
        .filter(({ pair: [asked] }) => asked === name);
      return [
        name,
        new Map(own.map(({ pair: [, found = ''], verdict }) => [found, { verdict, score: 0.9 }])),
      ];
    }),
  );
  return { images, refused: [], judgements, groups };
}
/** The answers of both ends. */
const both = (one: string, other: string, verdict: Verdict): Answers => ({
  [`${one}>${other}`]: verdict,
  [`${other}>${one}`]: verdict,
});

describe('copies', () => {
  it('are found by the share of pairs, asked from both ends', () => {
    const answers = { ...both('a1', 'a2', 'edited_copy'), 'a3>a1': 'exact' } as const;
    const figures = copyFigures(library(['a1', 'a2', 'a3', 'b1'], answers));
    expect(figures).toMatchObject({ searches: 4, pairs: 6, found: 3 / 6, falsePairs: [] });
    expect(figures.missed).toContainEqual({ asked: 'a1', other: 'a3' });
    expect(figures.missed).toHaveLength(3);
  });

  it('of a refused image are missed', () => {
    const refused = {
      ...library(['a1', 'a2'], {}),
      refused: ['a2'],
      judgements: new Map([['a1', new Map()]]),
    };
    expect(copyFigures(refused)).toMatchObject({ refused: 1, pairs: 2, found: 0 });
  });

  it('of another family are false, once for both ends', () => {
    const answers = { ...both('a1', 'b1', 'edited_copy'), ...both('a1', 'c1', 'similar') };
    expect(copyFigures(library(['a1', 'b1', 'c1'], answers)).falsePairs).toEqual([['a1', 'b1']]);
  });

  it('are called so from one end at least', () => {
    const answers = { 'a2>a1': 'exact', 'a1>a2': 'similar', 'a1>a3': 'similar' } as const;
    expect(calledCopies(library(['a1', 'a2', 'a3'], answers))).toEqual([['a1', 'a2']]);
  });
});

describe('groups', () => {
  const names = ['a1', 'a2', 'a3', 'b1', 'b2', 'c1'];

  it('are exact if they have all images of a family and no other', () => {
    const groups = [
      ['b2', 'b1'],
      ['a1', 'a2'],
    ];
    expect(groupFigures(library(names, {}, groups))).toEqual({ families: 2, exact: 1, mixed: [] });
  });

  it('are mixed with images of several families', () => {
    const groups = [
      ['a1', 'a2', 'a3', 'c1'],
      ['b1', 'b2'],
    ];
    expect(groupFigures(library(names, {}, groups))).toEqual({ families: 2, exact: 1, mixed: [groups[0]] });
  });

  it('lack pairs that a search calls copies', () => {
    const answers = { ...both('a1', 'a2', 'exact'), 'a1>a3': 'edited_copy', 'b1>b2': 'similar' } as const;
    const groups = [
      ['a1', 'a2'],
      ['a3', 'c1'],
    ];
    expect(ungroupedPairs(library(names, answers, groups))).toEqual([['a1', 'a3']]);
  });
});

describe('asymmetric pairs', () => {
  it('have different verdicts from their two ends', () => {
    const answers = { ...both('a1', 'a2', 'edited_copy'), 'a1>a3': 'exact', 'a3>a1': 'edited_copy' } as const;
    expect(asymmetricPairs(library(['a1', 'a2', 'a3'], answers))).toEqual([['a1', 'a3']]);
  });

  it('lack one end in the answer', () => {
    const answers = { 'a1>a2': 'edited_copy', 'a1>b1': 'similar' } as const;
    expect(asymmetricPairs(library(['a1', 'a2', 'b1'], answers))).toEqual([['a1', 'a2']]);
  });
});

describe('orders of ingest', () => {
  const names = ['a1', 'a2', 'b1', 'b2'];
  const answers = { ...both('a1', 'a2', 'edited_copy'), ...both('a1', 'b1', 'similar') };

  it('do not differ by the order of images and members', () => {
    const one = library(names, answers, [
      ['a1', 'a2'],
      ['b1', 'b2'],
    ]);
    const other = library(names.toReversed(), answers, [
      ['b2', 'b1'],
      ['a2', 'a1'],
    ]);
    expect(orderFigures(one, other)).toEqual({ called: 1, pairs: [], groups: 0 });
  });

  it('differ by verdicts from either end, and by groups', () => {
    const one = library(names, answers, [['a1', 'a2']]);
    const changed = { ...answers, 'a2>a1': 'similar', 'b2>b1': 'exact' } as const;
    const other = library(names, changed, [['a1', 'a2', 'b1']]);
    expect(orderFigures(one, other)).toEqual({
      called: 2,
      pairs: [
        ['a1', 'a2'],
        ['b1', 'b2'],
      ],
      groups: 2,
    });
  });
});

describe('judged pairs', () => {
  it('are true for copies of one family, and for similar images of one kind', () => {
    const answers = { 'a1>a2': 'exact', 'a1>b1': 'edited_copy', 'a1>c1': 'similar' } as const;
    const truths = judgedPairs(library(['a1', 'a2', 'b1', 'c1'], answers)).map(({ isTrue }) => isTrue);
    expect(truths).toEqual([true, false, true]);
  });

  it('leave out similar images of which no kind is known', () => {
    const answers = { 'a1>a2': 'exact', 'a1>c1': 'similar' } as const;
    const known = library(['a1', 'a2', 'c1'], answers);
    const images = known.images.map(({ kind: _, ...image }) => image);
    expect(judgedPairs({ ...known, images })).toEqual([{ verdict: 'exact', score: 0.9, isTrue: true }]);
  });
});
