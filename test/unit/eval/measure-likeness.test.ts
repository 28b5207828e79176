import { expect, test } from 'vitest';
import { answerFigures, type LikenessQuery, likenessPairs } from '../../eval/measure-likeness.ts';

const similar = (score: number, kind?: string) => ({ verdict: 'similar' as const, score, kind });
const CAT: LikenessQuery = {
  kind: 'cat',
  results: [similar(0.9, 'cat'), similar(0.8, 'dog'), similar(0.3, 'cat')],
  stored: 4,
};
const DOG: LikenessQuery = { kind: 'dog', results: [similar(0.6, 'dog')], stored: 2 };
const STRANGER: LikenessQuery = { results: [similar(0.75, 'cat'), similar(0.72)], stored: 0 };

test('a pair is true if both are of one kind; strangers have no pairs', () => {
  const ofNoKind = { ...CAT, results: [...CAT.results, similar(0.2)] };
  expect(likenessPairs([ofNoKind, DOG, STRANGER]).map(({ isTrue }) => isTrue)).toEqual([
    ...[true, false, true, false],
    true,
  ]);
});

test('copies are no pairs of likeness', () => {
  const copy = { verdict: 'edited_copy' as const, score: 0.99, kind: 'cat' };
  expect(likenessPairs([{ ...CAT, results: [copy, ...CAT.results] }])).toHaveLength(3);
});

test('answers with at least the threshold are counted', () => {
  expect(answerFigures([CAT, DOG, STRANGER], 0.7)).toEqual({
    known: {
      ...{ queries: 2, answered: 1, images: 2 },
      ...{ firstIsRight: 1, oneIsRight: 0.5, precision: 0.5, recall: 1 / 8 },
    },
    strangers: { queries: 1, answered: 1, images: 2 },
  });
  expect(answerFigures([STRANGER], 0.8).strangers).toEqual({ queries: 1, answered: 0, images: 0 });
});
