import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { normaliseRows, quantise } from '#shared/embedding/unit-vectors.ts';

const finite = fc.float({ noNaN: true, min: -1000, max: 1000 });

describe('unit vectors', () => {
  it('have length 1, row by row, and keep their direction', () => {
    fc.assert(
      fc.property(fc.array(fc.array(finite, { minLength: 4, maxLength: 4 }), { maxLength: 6 }), (rows) => {
        const values = normaliseRows(Float32Array.from(rows.flat()), 4);
        for (const [position, row] of rows.entries()) {
          const scaled = [...values.subarray(position * 4, position * 4 + 4)];
          const length = Math.hypot(...row);
          if (length < 1e-3) continue;
          expect(Math.hypot(...scaled)).toBeCloseTo(1, 4);
          for (const [i, value] of row.entries()) expect((scaled[i] ?? 0) * length).toBeCloseTo(value, 1);
        }
      }),
    );
  });

  it('leave a row of zeros alone', () => {
    expect(normaliseRows(new Float32Array([0, 0, 3, 4]), 2)).toEqual(new Float32Array([0, 0, 0.6, 0.8]));
  });

  it('are quantised to round(127 x), never beyond ±127', () => {
    expect(quantise(new Float32Array([0, 1, -1, 1.2, -1.2, 0.5]))).toEqual(
      new Int8Array([0, 127, -127, 127, -127, 64]),
    );
  });
});
