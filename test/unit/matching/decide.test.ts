import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type Evidence,
  isUncertain,
  judge,
  mayBeCopy,
  mayBeRotatedCopy,
  perceptualDistance,
  requiredBlockShare,
  type VerdictRules,
} from '#shared/matching/decision/decide.ts';

const rules: VerdictRules = {
  thresholds: { copy: { precision_999: 0.69, review: 0.55 }, local: { verified: 14 } },
  calibration: {
    copy: [
      [0.614, 0.99],
      [0.682, 0.999],
    ],
    semantic: [
      [0.251, 0.7],
      [0.6, 1],
    ],
  },
};
const withoutLocal: VerdictRules = { ...rules, thresholds: { copy: rules.thresholds.copy } };
const unrelated: Evidence = {
  sameBytes: false,
  samePixels: false,
  perceptualDistance: 32,
  copy: 0.1,
  semantic: 0.1,
};

describe('judge', () => {
  test('equal bytes or equal pixels are exact, and only they score 1', () => {
    expect(judge({ ...unrelated, sameBytes: true }, rules)).toEqual({ verdict: 'exact', score: 1 });
    expect(judge({ ...unrelated, samePixels: true }, rules)).toEqual({ verdict: 'exact', score: 1 });
    fc.assert(
      fc.property(
        fc.double({ min: -1, max: 1, noNaN: true }),
        fc.double({ min: -1, max: 1, noNaN: true }),
        fc.double({ min: 0, max: 90, noNaN: true }),
        fc.integer({ min: 0, max: 64 }),
        (copy, semantic, inlierScore, distance) => {
          const { verdict, score } = judge(
            { ...unrelated, copy, semantic, inlierScore, perceptualDistance: distance },
            rules,
          );
          expect(verdict).not.toBe('exact');
          expect(score).toBeGreaterThanOrEqual(0);
          expect(score).toBeLessThan(1);
        },
      ),
    );
  });

  test('a copy cosine at the measured .999 point proves a copy, just below it does not', () => {
    expect(judge({ ...unrelated, copy: 0.682 }, rules)).toEqual({ verdict: 'edited_copy', score: 0.999 });
    expect(judge({ ...unrelated, copy: 0.6819 }, rules).verdict).toBe('similar');
  });

  test('an inlier score at the threshold proves a copy at any cosine', () => {
    const judged = judge({ ...unrelated, copy: 0.4, inlierScore: 14 }, rules);
    expect(judged.verdict).toBe('edited_copy');
    const scores = [14, 17, 21, 40].map(
      (inlierScore) => judge({ ...unrelated, copy: 0.4, inlierScore }, rules).score,
    );
    expect(scores).toEqual(scores.toSorted());
    expect(scores[0]).toBeLessThan(0.7); // below the default threshold of a search
    expect(scores[2]).toBeGreaterThan(0.9);
    expect(judge({ ...unrelated, copy: 0.4, inlierScore: 13.9 }, rules).verdict).toBe('similar');
    expect(judge({ ...unrelated, copy: 0.4, inlierScore: 30 }, withoutLocal).verdict).toBe('similar');
  });

  test('a block NCC overrules other evidence, and determines the score', () => {
    const near = { ...unrelated, copy: 0.99, inlierScore: 90, perceptualDistance: 0 };
    expect(judge({ ...near, blockNcc: 0.79 }, rules).verdict).toBe('similar');
    const scores = [0.8, 0.85, 0.9, 0.95, 0.99].map((blockNcc) => judge({ ...near, blockNcc }, rules));
    expect(scores.every(({ verdict }) => verdict === 'edited_copy')).toBe(true);
    expect(scores.map(({ score }) => score)).toEqual(scores.map(({ score }) => score).toSorted());
    expect(scores[0]?.score).toBeLessThan(0.99);
    expect(judge({ ...unrelated, blockNcc: 0.9 }, rules)).toEqual(judge({ ...near, blockNcc: 0.9 }, rules));
    expect(requiredBlockShare(true)).toBeGreaterThan(requiredBlockShare(false));
  });

  test('near hashes prove a copy if the cosine reaches the review threshold', () => {
    expect(judge({ ...unrelated, copy: 0.56, perceptualDistance: 6 }, rules).verdict).toBe('edited_copy');
    expect(judge({ ...unrelated, copy: 0.56, perceptualDistance: 7 }, rules).verdict).toBe('similar');
    expect(judge({ ...unrelated, copy: 0.54, perceptualDistance: 0 }, rules).verdict).toBe('similar');
  });

  test('an image that is no copy has the calibrated score of its semantic cosine', () => {
    const judged = judge({ ...unrelated, semantic: 0.251 }, rules);
    expect(judged.verdict).toBe('similar');
    expect(judged.score).toBeCloseTo(0.7);
    expect(judge({ ...unrelated, semantic: undefined }, rules).score).toBe(0);
  });
});

test('cosines below the copy threshold are uncertain if the model computes local descriptors', () => {
  const uncertain = (copyIsCertain: boolean) =>
    [0.26, 0.3, 0.36, 0.68, 0.69].map((copy) => isUncertain(copy, rules, copyIsCertain));
  expect(uncertain(false)).toEqual([false, true, true, true, false]);
  expect(uncertain(true)).toEqual([false, false, true, true, false]);
  expect(isUncertain(0.5, withoutLocal)).toBe(false);
  expect([0.4, 0.42, 0.69].map((copy) => mayBeRotatedCopy(copy, rules))).toEqual([false, true, false]);
  expect([0.26, 0.3, 0.69].map((copy) => mayBeCopy(copy, rules))).toEqual([false, true, true]);
});

test('perceptual distance is the number of differing bits', () => {
  expect(perceptualDistance('ffffffffffffffff', 'ffffffffffffffff')).toBe(0);
  expect(perceptualDistance('0000000000000000', 'ffffffffffffffff')).toBe(64);
  expect(perceptualDistance('0000000000000005', '0000000000000001')).toBe(1);
});
