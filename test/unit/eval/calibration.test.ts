import { describe, expect, it } from 'vitest';
import { calibrationOf } from '../../eval/measure.ts';

const pair = (verdict: 'edited_copy' | 'similar', score: number, isTrue: boolean) => ({
  verdict,
  score,
  isTrue,
});

describe('calibration by ranges of scores', () => {
  it('compares the mean score with the share of true pairs', () => {
    const pairs = [pair('similar', 0.82, true), pair('similar', 0.88, false), pair('similar', 0.3, false)];
    const [low, high, ...more] = calibrationOf(pairs, 'similar');
    expect(low).toEqual({ from: 0.3, to: 0.4, pairs: 1, predicted: 0.3, observed: 0 });
    expect(high).toMatchObject({ from: 0.8, to: 0.9, pairs: 2, observed: 0.5 });
    expect(high?.predicted).toBeCloseTo(0.85);
    expect(more).toEqual([]);
  });

  it('has a range for each score from 0 to 1, and for each once', () => {
    for (const verdict of ['edited_copy', 'similar'] as const) {
      const pairs = Array.from({ length: 201 }, (_, at) => pair(verdict, at / 200, true));
      const counted = calibrationOf(pairs, verdict).reduce((sum, { pairs: count }) => sum + count, 0);
      expect(counted).toBe(201);
    }
  });

  it('keeps verdicts apart', () => {
    expect(calibrationOf([pair('edited_copy', 1, true)], 'similar')).toEqual([]);
  });
});
