import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { copyProbability } from '#shared/matching/decision/copy-probability.ts';
import { decide } from '#shared/matching/decision/decide.ts';
import { type Evidence, type PixelEvidence, perceptualDistance } from '#shared/matching/decision/evidence.ts';
import { likelihood, needsPixels } from '#shared/matching/decision/likelihood.ts';
import type { Difference } from '#shared/matching/registration/describe-area.ts';
import { manifest } from '../search/library.ts';

const { decision } = manifest;
if (!decision) throw new Error('The default model has no decision.');

const unrelated: Evidence = {
  sameBytes: false,
  samePixels: false,
  perceptualDistance: 32,
  turnedDistance: 28,
  copy: 0.1,
  semantic: 0.1,
};
const equal: PixelEvidence = {
  ...{ agreeing: 50, disagreeing: 0, coarse: [0.97, 0.99, 1], fine: [0.9, 0.97, 0.99] },
  ...{ areas: [], stretch: 0 },
};
const different: PixelEvidence = {
  ...{ agreeing: 2, disagreeing: 50, coarse: [-0.4, -0.1, 0.1], fine: [-0.4, -0.1, 0.05] },
  ...{ areas: [], stretch: 0 },
};
/** The number on a ticket: other print in the same ink. */
const otherNumber: Difference = {
  ...{
    size: 9,
    span: 0.2,
    fill: 0.9,
    common: 0.92,
    unchanged: 0.52,
    oneSided: 0.05,
    contrast: 82,
    noiseRatio: 900,
    sharpness: 1.4,
    shifted: 0.2,
  },
  sides: [
    { deviation: 62, plain: 0.68, twoTone: 0.88, flat: 0.5 },
    { deviation: 60, plain: 0.7, twoTone: 0.88, flat: 0.5 },
  ],
  changed: [
    { plain: 0.57, flat: 0.3, steep: 0.4, extreme: 0.4 },
    { plain: 0.54, flat: 0.27, steep: 0.4, extreme: 0.4 },
  ],
  outline: [40, 40],
  colours: {
    sides: [
      { uniform: 0.6, vivid: 12 },
      { uniform: 0.58, vivid: 12 },
    ],
    distance: 4,
  },
};
/** White letters with a black outline across a photograph. */
const letters: Difference = {
  ...{
    size: 60,
    span: 0.9,
    fill: 0.9,
    common: 0.4,
    unchanged: 0.42,
    oneSided: 0.9,
    contrast: 90,
    noiseRatio: 300,
    sharpness: 1.3,
    shifted: 0.05,
  },
  sides: [
    { deviation: 90, plain: 0.6, twoTone: 0.9, flat: 0.55 },
    { deviation: 25, plain: 0.4, twoTone: 0.75, flat: 0.4 },
  ],
  changed: [
    { plain: 0.8, flat: 0.45, steep: 0.3, extreme: 0.8 },
    { plain: 0.4, flat: 0.3, steep: 0.02, extreme: 0.02 },
  ],
  outline: [90, 12],
  colours: {
    sides: [
      { uniform: 0.8, vivid: 5 },
      { uniform: 0.3, vivid: 30 },
    ],
    distance: 30,
  },
};
const cosine = fc.double({ min: -1, max: 1, noNaN: true });

describe('decide', () => {
  test('equal bytes or equal pixels are exact, and only they score 1', () => {
    expect(decide({ ...unrelated, sameBytes: true }, manifest)).toEqual({ verdict: 'exact', score: 1 });
    expect(decide({ ...unrelated, samePixels: true }, manifest)).toEqual({ verdict: 'exact', score: 1 });
    fc.assert(
      fc.property(
        cosine,
        cosine,
        fc.double({ min: 0, max: 90, noNaN: true }),
        (copy, semantic, inlierScore) => {
          for (const pixels of [undefined, equal, different]) {
            const { verdict, score } = decide(
              { ...unrelated, copy, semantic, inlierScore, pixels },
              manifest,
            );
            expect(verdict).not.toBe('exact');
            expect(score).toBeGreaterThanOrEqual(0);
            expect(score).toBeLessThan(1);
          }
        },
      ),
    );
  });

  test('pixels decide, whatever the vectors say', () => {
    const near: Evidence = { ...unrelated, copy: 0.99, inlierScore: 90, perceptualDistance: 0 };
    expect(decide({ ...near, pixels: different }, manifest).verdict).toBe('similar');
    const far: Evidence = { ...unrelated, copy: 0.5, inlierScore: 8, rareInlierScore: 3 };
    expect(decide({ ...far, pixels: equal }, manifest).verdict).toBe('edited_copy');
  });

  test('images that repeat themselves need stronger evidence', () => {
    const weak: PixelEvidence = {
      ...equal,
      agreeing: 38,
      disagreeing: 14,
      coarse: [0.1, 0.55, 0.92],
      fine: [0, 0.5, 0.85],
    };
    const pair: Evidence = { ...unrelated, rareInlierScore: 5.5, pixels: weak };
    expect(decide({ ...pair, variety: 0.3 }, manifest).verdict).toBe('edited_copy');
    expect(decide({ ...pair, variety: 0.05 }, manifest).verdict).toBe('similar');
  });

  test('images that repeat themselves are no copies if they fit only when one is stretched', () => {
    const pair = (variety: number, stretch: number): Evidence => ({
      ...unrelated,
      ...{ rareInlierScore: 5.5, variety, pixels: { ...equal, stretch } },
    });
    expect(decide(pair(0.05, 0.05), manifest).verdict).toBe('edited_copy');
    expect(decide(pair(0.05, 0.2), manifest).verdict).toBe('similar');
    expect(decide(pair(0.3, 0.4), manifest).verdict).toBe('edited_copy');
  });

  test('a candidate that could have been compared, but was not, is no copy', () => {
    const evidence: Evidence = { ...unrelated, copy: 0.99, inlierScore: 90 };
    expect(decide(evidence, manifest).verdict).toBe('edited_copy');
    expect(decide({ ...evidence, unverified: true }, manifest).verdict).toBe('similar');
  });

  test('without stored pixels, a cosine, an inlier score or a near hash proves a copy', () => {
    for (const proof of [{ copy: 0.7 }, { inlierScore: 21 }, { copy: 0.6, perceptualDistance: 6 }])
      expect(decide({ ...unrelated, ...proof }, manifest).verdict).toBe('edited_copy');
    for (const less of [{ copy: 0.6 }, { inlierScore: 13 }, { copy: 0.5, perceptualDistance: 0 }])
      expect(decide({ ...unrelated, ...less }, manifest).verdict).toBe('similar');
  });
});

describe('the probability of a copy', () => {
  const probability = (pixels: PixelEvidence, rareInlierScore = 5, variety = 0.3) =>
    copyProbability({ pixels, rareInlierScore, variety }, decision);

  test('is high if all agrees, low if nothing does', () => {
    expect(probability(equal)).toBeGreaterThan(0.95);
    expect(probability(different, 1)).toBeLessThan(0.1);
  });

  test('is low if another number stands on the same ticket, and not if letters stand on one of them', () => {
    expect(probability({ ...equal, areas: [otherNumber] })).toBeLessThan(0.3);
    expect(probability({ ...equal, areas: [letters] })).toBeGreaterThan(0.9);
  });

  test('never falls with more agreement, nor rises with another difference', () => {
    const blocks = fc.integer({ min: 0, max: 100 });
    const quantile = fc.double({ min: -1, max: 1, noNaN: true });
    fc.assert(
      fc.property(blocks, blocks, quantile, quantile, blocks, (agreeing, more, ncc, higher, rare) => {
        const at = (yes: number, value: number): PixelEvidence => ({
          ...{ agreeing: yes, disagreeing: 20, areas: [], stretch: 0 },
          ...{ coarse: [value, value, value], fine: [value, value, value] },
        });
        const [low, high] = [Math.min(ncc, higher), Math.max(ncc, higher)];
        expect(probability(at(agreeing + more, high), rare + 1)).toBeGreaterThanOrEqual(
          probability(at(agreeing, low), rare),
        );
        expect(probability({ ...at(agreeing, low), areas: [letters] }, rare)).toBeLessThanOrEqual(
          probability(at(agreeing, low), rare),
        );
      }),
    );
  });
});

describe('which pairs are compared by pixels', () => {
  test('those that vectors, geometry or hashes make likely; not exact ones', () => {
    expect(needsPixels({ evidence: unrelated }, manifest)).toBe(false);
    expect(needsPixels({ evidence: { ...unrelated, sameBytes: true, copy: 1 } }, manifest)).toBe(false);
    for (const likely of [{ copy: 0.6 }, { inlierScore: 8 }, { turnedDistance: 4 }])
      expect(needsPixels({ evidence: { ...unrelated, ...likely } }, manifest)).toBe(true);
    expect(needsPixels({ evidence: unrelated, regionCopy: 0.8 }, manifest)).toBe(true);
  });

  test('less near ones only where local descriptors or hashes agree, or descriptors were not compared', () => {
    const evidence = { ...unrelated, copy: 0.45 };
    const aligned = { rarity: () => ({}) };
    expect(needsPixels({ evidence }, manifest)).toBe(true);
    expect(needsPixels({ evidence, ...aligned }, manifest)).toBe(false);
    expect(needsPixels({ evidence, ...aligned, nearestToShown: true }, manifest)).toBe(true);
    for (const agreeing of [{ inlierScore: 4 }, { turnedDistance: 14 }]) {
      expect(needsPixels({ evidence: { ...evidence, ...agreeing }, ...aligned }, manifest)).toBe(true);
      expect(needsPixels({ evidence: { ...evidence, copy: 0.3, ...agreeing }, ...aligned }, manifest)).toBe(
        false,
      );
    }
  });

  test('what one of them alone would call a copy is likelier than what none does', () => {
    for (const proof of [{ copy: 0.69 }, { inlierScore: 14 }, { turnedDistance: 4 }])
      expect(likelihood({ evidence: { ...unrelated, ...proof } }, manifest)).toBeGreaterThanOrEqual(1);
    expect(likelihood({ evidence: { ...unrelated, copy: 0.6, inlierScore: 10 } }, manifest)).toBeLessThan(1);
  });
});

test('the perceptual distance counts differing bits', () => {
  expect(perceptualDistance('0000000000000000', 'ffffffffffffffff')).toBe(64);
  expect(perceptualDistance('00000000000000f0', '00000000000000f1')).toBe(1);
  expect(perceptualDistance('0123456789abcdef', '0123456789abcdef')).toBe(0);
});
