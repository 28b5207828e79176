import fc from 'fast-check';
import { expect, test, vi } from 'vitest';
import { refusal, reply, scripted } from './scripted-fetch.ts';

/** A limiter as the service has it: so many calls in a fixed window. */
function limiter(limit: number, windowS: number) {
  const used = new Map<number, number>();
  const counts = { refused: 0, served: 0 };
  const answer = () => {
    const now = Date.now() / 1000;
    const window = Math.floor(now / windowS);
    const count = (used.get(window) ?? 0) + 1;
    if (count <= limit) used.set(window, count);
    const left = Math.max(limit - count, 0);
    const headers = {
      ratelimit: `"requests";r=${left};t=${Math.ceil((window + 1) * windowS - now)}`,
      'ratelimit-policy': `"requests";q=${limit};w=${windowS}`,
    };
    counts[count <= limit ? 'served' : 'refused'] += 1;
    return count <= limit
      ? reply({}, { headers })
      : refusal(429, 'rate_limited', { ...headers, 'retry-after': '1' });
  };
  return { answer, counts };
}

test('a batch that is paced meets no 429, whatever the limit, and loses no call', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 40 }),
      fc.integer({ min: 1, max: 120 }),
      fc.integer({ min: 0, max: 59_999 }),
      async (limit, calls, begin) => {
        vi.useFakeTimers({ now: begin });
        try {
          const { answer, counts } = limiter(limit, 60);
          const { client } = scripted([answer], { pace: true, maxRetries: 0 });
          const all = Promise.allSettled(Array.from({ length: calls }, () => client.me()));
          await vi.runAllTimersAsync();
          await all;
          expect(counts).toEqual({ served: calls, refused: 0 });
        } finally {
          vi.useRealTimers();
        }
      },
    ),
    { numRuns: 60 },
  );
});

test('a batch is spread over the window, not sent at once', async () => {
  vi.useFakeTimers({ now: 0 });
  try {
    const at: number[] = [];
    const { answer } = limiter(60, 60);
    const { client } = scripted(
      [
        () => {
          at.push(Date.now());
          return answer();
        },
      ],
      { pace: true },
    );
    const all = Promise.all(Array.from({ length: 31 }, () => client.me()));
    await vi.runAllTimersAsync();
    await all;
    expect(at.at(-1)).toBeGreaterThan(25_000);
    expect(at.at(-1)).toBeLessThan(40_000);
  } finally {
    vi.useRealTimers();
  }
});
