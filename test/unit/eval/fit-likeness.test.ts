import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { loadManifest } from '#shared/embedding/load-manifest.ts';
import { ModelManifest } from '#shared/embedding/manifest.ts';
import { DEFAULT_SETTINGS } from '#shared/kernel/settings.ts';
import { calibrated } from '#shared/matching/decision/calibration.ts';
import { fitLikeness, type LabelledPair } from '../../eval/fit-likeness.ts';

const KINDS = 400;
const PAIRS_AT_A_COSINE = 400;
/** True share of pairs of the same kind around a cosine. */
const shareAt = (cosine: number): number => 1 / (1 + Math.exp(-14 * (cosine - 0.5)));
/** Most pairs have low cosines, as in a library; a cumulative curve would be far above the local one. */
const PAIRS: LabelledPair[] = Array.from({ length: 95 }, (_, at) => 0.02 + at / 100).flatMap((cosine) => {
  const count = Math.ceil(PAIRS_AT_A_COSINE * (1 - cosine));
  return Array.from({ length: count }, (_, at) => ({ cosine, isSameKind: at < count * shareAt(cosine) }));
});

describe('the rules for likeness', () => {
  it('give the share of the pairs around a cosine, not of those with at least it', () => {
    const { calibration } = fitLikeness(PAIRS, KINDS);
    for (const cosine of [0.2, 0.35, 0.5, 0.65, 0.8])
      expect(Math.abs(calibrated(calibration, cosine) - shareAt(cosine))).toBeLessThan(0.03);
    const atLeast = PAIRS.filter(({ cosine }) => cosine >= 0.5);
    const cumulative = atLeast.filter(({ isSameKind }) => isSameKind).length / atLeast.length;
    expect(cumulative - calibrated(calibration, 0.5)).toBeGreaterThan(0.2);
  });

  it('state the cosines of the default threshold, and of an even share', () => {
    const { thresholds, calibration } = fitLikeness(PAIRS, KINDS);
    expect(calibrated(calibration, thresholds.similar)).toBeCloseTo(DEFAULT_SETTINGS.similarity_threshold, 2);
    expect(calibrated(calibration, thresholds.loosely_similar)).toBeCloseTo(0.5, 2);
  });

  it('are surer of many kinds than of few, and never certain', () => {
    const most = (kinds: number) => fitLikeness(PAIRS, kinds).calibration.at(-1)?.[1] ?? 1;
    expect(most(10)).toBeLessThan(0.87);
    expect(most(1000)).toBeGreaterThan(0.98);
    expect(most(1000)).toBeLessThan(1);
  });

  it('pool cosines whose shares fall, and leave out those of too few pairs', () => {
    const at = (cosine: number, same: number, others: number) =>
      Array.from({ length: same + others }, (_, index) => ({ cosine, isSameKind: index < same }));
    const pairs = [...at(0.32, 0, 100), ...at(0.52, 90, 10), ...at(0.62, 80, 20), ...at(0.92, 1, 0)];
    const { calibration } = fitLikeness(pairs, 1e6);
    expect(calibration).toEqual([
      [0.32, 0],
      [0.57, 0.85],
    ]);
  });

  it('are refused if no cosine shows the same kind', () => {
    const unlike = PAIRS.map(({ cosine }) => ({ cosine, isSameKind: false }));
    expect(() => fitLikeness(unlike, KINDS)).toThrow(/no cosine shows with a share of 0\.7/);
  });

  it('are valid in a manifest, whatever was measured', async () => {
    const manifest = await loadManifest('models', 'deeplens-lite-v1');
    const pair = fc.record({ cosine: fc.double({ min: -1, max: 1, noNaN: true }), isSameKind: fc.boolean() });
    fc.assert(
      fc.property(fc.array(pair, { minLength: 100, maxLength: 2000, size: 'max' }), (pairs) => {
        const { thresholds, calibration } = fitLikeness([...pairs, ...PAIRS], KINDS);
        const changed = {
          ...manifest,
          thresholds: { ...manifest.thresholds, semantic: thresholds },
          calibration: { ...manifest.calibration, semantic: calibration },
        };
        expect(ModelManifest.parse(changed)).toEqual(changed);
      }),
      { numRuns: 30 },
    );
  });
});

/** The cosine that the nearest image of one in four strangers reaches: of 60, in 1 020 labelled images of other kinds. */
const STRANGERS = [
  { name: 'deeplens-lite-v1', nearest: 0.473 },
  { name: 'efficientnet-lite1', nearest: 0.536 },
];

describe.each(STRANGERS)('the likeness of $name', ({ name, nearest }) => {
  it('is below the default threshold for most strangers', async () => {
    const { calibration } = await loadManifest('models', name);
    expect(calibrated(calibration.semantic, nearest)).toBeLessThan(DEFAULT_SETTINGS.similarity_threshold);
  });

  it('is never certain, and reaches the default threshold at the cosine of `similar`', async () => {
    const { thresholds, calibration } = await loadManifest('models', name);
    expect(calibrated(calibration.semantic, 1)).toBeLessThan(0.95);
    expect(calibrated(calibration.semantic, thresholds.semantic.similar)).toBeCloseTo(
      DEFAULT_SETTINGS.similarity_threshold,
      2,
    );
  });
});
