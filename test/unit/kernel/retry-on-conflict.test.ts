import { describe, expect, it } from 'vitest';
import { CONFLICT, retryOnConflict } from '#shared/kernel/retry-on-conflict.ts';

const EXHAUSTED = new Error('exhausted');
const exhausted = () => EXHAUSTED;

/** An attempt that meets as many conflicts, then succeeds. */
function conflicts(count: number) {
  let attempts = 0;
  return {
    attempts: () => attempts,
    run: async () => (++attempts <= count ? CONFLICT : 'written'),
  };
}

describe('retryOnConflict', () => {
  it('returns the result of the first attempt without a conflict', async () => {
    const write = conflicts(2);
    expect(await retryOnConflict({ attempts: 5, exhausted }, write.run)).toBe('written');
    expect(write.attempts()).toBe(3);
  });

  it('returns undefined as a result', async () => {
    expect(await retryOnConflict({ attempts: 2, exhausted }, async () => undefined)).toBeUndefined();
  });

  it('throws the given error after the last attempt', async () => {
    const write = conflicts(3);
    await expect(retryOnConflict({ attempts: 3, exhausted }, write.run)).rejects.toBe(EXHAUSTED);
    expect(write.attempts()).toBe(3);
  });

  it('does not retry an attempt that throws', async () => {
    const failure = new Error('failed');
    let attempts = 0;
    const fail = async () => {
      attempts++;
      throw failure;
    };
    await expect(retryOnConflict({ attempts: 3, exhausted }, fail)).rejects.toBe(failure);
    expect(attempts).toBe(1);
  });

  it('pauses between attempts, and neither before the first nor after the last', async () => {
    const pauses: number[] = [];
    const pause = async (attempt: number) => void pauses.push(attempt);
    await expect(retryOnConflict({ attempts: 3, pause, exhausted }, conflicts(9).run)).rejects.toBe(
      EXHAUSTED,
    );
    expect(pauses).toEqual([1, 2]);
  });
});
