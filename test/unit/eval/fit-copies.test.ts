import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { loadManifest } from '#shared/embedding/load-manifest.ts';
import { ModelManifest } from '#shared/embedding/manifest.ts';
import { type CopyCosines, fitCopy } from '../../eval/fit-copies.ts';

const evenly = (count: number, from: number, to: number): number[] =>
  Array.from({ length: count }, (_, at) => from + ((to - from) * at) / (count - 1));
/** Like those of 1 000 photographs: most copies are nearer than any other image, some are not. */
const COSINES: CopyCosines = {
  copies: [...evenly(8000, 0.5, 1), ...evenly(100, 0.2, 0.4)],
  mild: evenly(100, 0.9, 1),
  others: [...evenly(50_000, -0.2, 0.4), ...evenly(80, 0.4, 0.7)],
};
const manifest = await loadManifest('models', 'deeplens-lite-v1');

describe('rules for copies', () => {
  it('keep their stated precision on the data that they were fitted on', () => {
    const { thresholds, calibration } = fitCopy(COSINES, 1000);
    expect(calibration).toEqual([
      [thresholds.precision_99, 0.99],
      [thresholds.precision_999, 0.999],
    ]);
    for (const [from, share] of [[thresholds.review, 0.9] as const, ...calibration]) {
      const [right, wrong] = [COSINES.copies, COSINES.others].map(
        (cosines) => cosines.filter((cosine) => cosine >= from).length,
      );
      expect((right ?? 0) / ((right ?? 0) + (wrong ?? 0))).toBeGreaterThanOrEqual(share);
    }
  });

  it('are stricter for fewer photographs, which stand for a library of 1 000', () => {
    const [many, few] = [1000, 300].map((photographs) => fitCopy(COSINES, photographs).thresholds);
    expect(few?.precision_99).toBeGreaterThan(many?.precision_99 ?? 1);
    expect(few?.precision_999).toBeGreaterThanOrEqual(many?.precision_999 ?? 1);
  });

  it('are refused for too few photographs', () => {
    const few = { ...COSINES, copies: evenly(160, 0.5, 1), others: [] };
    expect(() => fitCopy(few, 10)).toThrow(/10 photographs are too few/);
  });

  it('are valid in a manifest, whatever was measured', () => {
    const cosine = fc.double({ min: -1, max: 1, noNaN: true });
    const measured = fc.record({
      copies: fc.array(cosine, { minLength: 1100, maxLength: 1200 }),
      mild: fc.array(cosine, { minLength: 1 }),
      others: fc.array(cosine, { maxLength: 20 }),
    });
    fc.assert(
      fc.property(measured, (cosines) => {
        const others = cosines.others.map((other) => other / 10 - 0.9); // below all copies
        const { thresholds, calibration } = fitCopy({ ...cosines, others }, 1000);
        const changed = {
          ...manifest,
          thresholds: { ...manifest.thresholds, copy: thresholds },
          calibration: { ...manifest.calibration, copy: calibration },
        };
        expect(ModelManifest.parse(changed)).toEqual(changed);
      }),
      { numRuns: 30 },
    );
  });
});
