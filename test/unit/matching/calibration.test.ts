import fc from 'fast-check';
import { expect, test } from 'vitest';
import { calibrated, MOST_CERTAIN } from '#shared/matching/decision/calibration.ts';

const POINTS = [
  [0.2, 0.5],
  [0.25, 0.7],
  [0.6, 1],
] as const;

test('returns the measured share at its points, and interpolates between them', () => {
  expect(calibrated(POINTS, 0.2)).toBeCloseTo(0.5);
  expect(calibrated(POINTS, 0.225)).toBeCloseTo(0.6);
  expect(calibrated(POINTS, 0.25)).toBeCloseTo(0.7);
  expect(calibrated(POINTS, 0.1)).toBeCloseTo(0.25);
});

test('is 0 for negative cosines, and below 1 for all', () => {
  expect(calibrated(POINTS, 0)).toBe(0);
  expect(calibrated(POINTS, -0.4)).toBe(0);
  expect(calibrated(POINTS, 0.6)).toBe(MOST_CERTAIN);
  expect(calibrated(POINTS, 1)).toBe(MOST_CERTAIN);
});

test('never falls', () => {
  const cosines = fc.double({ min: -1, max: 1, noNaN: true });
  fc.assert(
    fc.property(cosines, cosines, (one, other) => {
      const [low, high] = one < other ? [one, other] : [other, one];
      expect(calibrated(POINTS, low)).toBeLessThanOrEqual(calibrated(POINTS, high));
    }),
  );
});
