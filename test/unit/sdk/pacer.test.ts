import fc from 'fast-check';
import { expect, test, vi } from 'vitest';
import { refusal, reply, scripted } from './scripted-fetch.ts';

/** A limiter as the service has it: so many calls in a window, which its first call begins. */
function limiter(limit: number, windowS: number) {
  let count = 0;
  let end = 0;
  const counts = { refused: 0, served: 0 };
  const answer = () => {
    const now = Date.now() / 1000;
    if (now >= end) {
      count = 0;
      end = now + windowS;
    }
    count += 1;
    const headers = {
      ratelimit: `"requests";r=${Math.max(limit - count, 0)};t=${Math.ceil(end - now)}`,
      'ratelimit-policy': `"requests";q=${limit};w=${windowS}`,
    };
    counts[count <= limit ? 'served' : 'refused'] += 1;
    return count <= limit
      ? reply({}, { headers })
      : refusal(429, 'rate_limited', { ...headers, 'retry-after': '1' });
  };
  return { answer, counts };
}

const later = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
/** Milliseconds of a call's way to the service, and of the reply's way back. */
const ways = fc.tuple(fc.integer({ min: 0, max: 5_000 }), fc.integer({ min: 0, max: 5_000 }));

test('a batch that is paced meets no 429, whatever the limit and the order of replies, and loses no call', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 40 }),
      fc.integer({ min: 1, max: 60 }),
      fc.integer({ min: 0, max: 59_999 }),
      fc.array(ways, { minLength: 1, maxLength: 10 }),
      async (limit, calls, begin, delays) => {
        vi.useFakeTimers({ now: begin });
        try {
          const { answer, counts } = limiter(limit, 60);
          let sent = 0;
          const slow = async () => {
            const [there = 0, back = 0] = delays[sent % delays.length] ?? [];
            sent += 1;
            await later(there);
            const answered = answer();
            await later(back);
            return answered;
          };
          const { client } = scripted([slow], { pace: true, maxRetries: 0 });
          // Two kinds of calls, which share the counter.
          const call = (n: number) => (n % 3 === 0 ? client.settings.get() : client.me());
          const all = Promise.allSettled(Array.from({ length: calls }, (_, n) => call(n)));
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

test('a call whose reply was lost counts, and holds up no other', async () => {
  vi.useFakeTimers({ now: 0 });
  try {
    const { answer, counts } = limiter(5, 60);
    let sent = 0;
    const losing = () => {
      sent += 1;
      const answered = answer();
      if (sent % 2 === 0) throw new TypeError('fetch failed');
      return answered;
    };
    const { client } = scripted([losing], { pace: true, maxRetries: 0 });
    const all = Promise.allSettled(Array.from({ length: 20 }, () => client.me()));
    await vi.runAllTimersAsync();
    await all;
    expect(counts).toEqual({ served: 20, refused: 0 });
  } finally {
    vi.useRealTimers();
  }
});

test('calls without limits are not paced', async () => {
  const { client, sent } = scripted([reply({})], { pace: true });
  await Promise.all(Array.from({ length: 20 }, () => client.service.liveness()));
  expect(sent).toHaveLength(20);
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
