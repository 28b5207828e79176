import { AbortError, ConnectionError, DeepLens, ServerError } from '@deeplens/sdk';
import fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import { refusal, reply, type Script, scripted } from './scripted-fetch.ts';

const IMAGE = 'img_01JCZ8M3P7Q4R5S6T7V8W9X0Y1';
const html502: Script = () =>
  new Response('<html>', { status: 502, headers: { 'content-type': 'text/html' } });
const reset: Script = new TypeError('fetch failed');
const resetInBody: Script = () =>
  new Response(new ReadableStream({ start: (stream) => stream.error(new TypeError('terminated')) }));
const now = { 'retry-after': '0' };

/** Calls that only read, that carry an Idempotency-Key, and that can be made once. */
const CALLS = {
  safe: ({ images }: DeepLens) => images.get(IMAGE),
  search: ({ search }: DeepLens) => search.similarity({ image_id: IMAGE }),
  keyed: ({ images }: DeepLens) => images.add({ image_url: 'https://x.example/1.jpg' }),
  once: ({ webhooks }: DeepLens) => webhooks.change('wh_1', { state: 'disabled' }),
} as const;

/** The tries of each kind of call after each fault: two retries, or none. */
const TABLE: [fault: string, script: Script, tries: Record<keyof typeof CALLS, number>][] = [
  ['a broken connection', reset, { safe: 3, search: 3, keyed: 3, once: 1 }],
  ['a reset within the body', resetInBody, { safe: 3, search: 3, keyed: 3, once: 1 }],
  ['500', refusal(500, 'internal_error'), { safe: 3, search: 3, keyed: 3, once: 1 }],
  ['503', refusal(503, 'dependency_unavailable', now), { safe: 3, search: 3, keyed: 3, once: 1 }],
  ['an HTML 502', html502, { safe: 3, search: 3, keyed: 3, once: 1 }],
  ['408', refusal(408, 'timeout'), { safe: 3, search: 3, keyed: 3, once: 1 }],
  ['429', refusal(429, 'rate_limited', now), { safe: 3, search: 3, keyed: 3, once: 3 }],
  [
    '429 for an hour',
    refusal(429, 'rate_limited', { 'retry-after': '3600' }),
    { safe: 1, search: 1, keyed: 1, once: 1 },
  ],
  ['a used-up quota', refusal(429, 'quota_exceeded'), { safe: 1, search: 1, keyed: 1, once: 1 }],
  ['409 in progress', refusal(409, 'request_in_progress'), { safe: 3, search: 3, keyed: 3, once: 3 }],
  ['409', refusal(409, 'conflict'), { safe: 1, search: 1, keyed: 1, once: 1 }],
  ['507', refusal(507, 'index_full'), { safe: 1, search: 1, keyed: 1, once: 1 }],
  ['501', refusal(501, 'unknown'), { safe: 1, search: 1, keyed: 1, once: 1 }],
  ['401', refusal(401, 'token_expired'), { safe: 1, search: 1, keyed: 1, once: 1 }],
  ['404', refusal(404, 'not_found'), { safe: 1, search: 1, keyed: 1, once: 1 }],
];

describe.each(TABLE)('after %s', (_, fault, tries) => {
  test.each(Object.entries(CALLS))(
    'a call that is %s is repeated where it cannot do harm',
    async (kind, call) => {
      const failing = scripted([fault]);
      await expect(call(failing.client)).rejects.toThrow();
      expect(failing.sent).toHaveLength(tries[kind as keyof typeof CALLS]);
      expect(failing.sent.map(({ headers }) => headers.get('x-deeplens-retry-count'))).toEqual(
        [null, '1', '2'].slice(0, failing.sent.length),
      );
      if (tries[kind as keyof typeof CALLS] === 1) return;
      const passing = scripted([fault, reply({ fine: true })]);
      expect(await call(passing.client)).toEqual({ fine: true });
      expect(passing.sent).toHaveLength(2);
    },
  );
});

const faults = fc.constantFrom(...TABLE.map(([, script]) => script), reply({}));

test('whatever the faults, a call has at most maxRetries + 1 tries, and one key', async () => {
  const keys = new Set<string>();
  await fc.assert(
    fc.asyncProperty(
      fc.array(faults, { minLength: 1, maxLength: 8 }),
      fc.integer({ min: 0, max: 5 }),
      fc.constantFrom(...Object.values(CALLS)),
      fc.boolean(),
      async (script, maxRetries, call, renewable) => {
        const token = renewable ? { token: () => 'fresh' } : {};
        const { client, sent } = scripted(script, { maxRetries, ...token });
        await Promise.resolve(call(client)).catch(() => {});
        expect(sent.length).toBeLessThanOrEqual(maxRetries + 1);
        const [key, ...others] = new Set(sent.map(({ headers }) => headers.get('idempotency-key')));
        expect(others).toEqual([]);
        if (key) {
          expect(keys.has(key)).toBe(false); // another call has another
          keys.add(key);
        }
        expect(new Set(sent.map(({ body }) => JSON.stringify(body))).size).toBe(1);
      },
    ),
    { numRuns: 300 },
  );
});

describe('a wait before a retry', () => {
  /** Returns the milliseconds between the tries of a call, in which time passes at once. */
  async function waitsOf(script: Script[], maxRetries: number) {
    vi.useFakeTimers();
    try {
      const at: number[] = [];
      const { client } = scripted(
        script.map((each) => () => {
          at.push(Date.now());
          if (each instanceof Error) throw each;
          return each instanceof Response ? each.clone() : each();
        }),
        { maxRetries, retryDelayMs: 500, timeoutMs: 1e9 },
      );
      const call = Promise.resolve(client.images.get(IMAGE)).catch(() => {});
      await vi.runAllTimersAsync();
      await call;
      return at.slice(1).map((time, index) => time - (at[index] ?? 0));
    } finally {
      vi.useRealTimers();
    }
  }

  test('doubles, up to 8 s, with a quarter of jitter', async () => {
    const waits = await waitsOf(
      Array.from({ length: 8 }, () => reset),
      7,
    );
    expect(waits).toHaveLength(7);
    for (const [index, wait] of waits.entries()) {
      const middle = 500 * Math.min(2 ** index, 16);
      expect(wait).toBeGreaterThanOrEqual(middle * 0.75 - 1);
      expect(wait).toBeLessThanOrEqual(middle * 1.25 + 1);
    }
  });

  test('is at least Retry-After, in seconds or as a date, up to a minute', async () => {
    const date = new Date(Date.now() + 30_000).toUTCString();
    const [seconds = 0, dated = 0] = await waitsOf(
      [
        refusal(429, 'rate_limited', { 'retry-after': '42' }),
        refusal(503, 'dependency_unavailable', { 'retry-after': date }),
        reply({}),
      ],
      2,
    );
    expect(seconds).toBeGreaterThanOrEqual(42_000);
    expect(seconds).toBeLessThan(43_000);
    expect(dated).toBeGreaterThan(0);
    expect(dated).toBeLessThan(32_000);
  });

  test('ends when the call is aborted', async () => {
    const { client } = scripted([refusal(429, 'rate_limited', { 'retry-after': '50' })]);
    await expect(client.images.get(IMAGE, { signal: AbortSignal.timeout(20) })).rejects.toThrow(AbortError);
  });
});

describe('a call', () => {
  test('with its own Idempotency-Key keeps it', async () => {
    const { client, sent } = scripted([reset, reply({})]);
    await client.images.add({ image_url: 'https://x.example/1.jpg' }, {}, { idempotencyKey: 'mine' });
    expect(sent.map(({ headers }) => headers.get('idempotency-key'))).toEqual(['mine', 'mine']);
  });

  test('has as many retries as its own option says', async () => {
    for (const maxRetries of [0, 1, 4]) {
      const { client, sent } = scripted([reset]);
      await expect(client.images.get(IMAGE, { maxRetries })).rejects.toThrow(ConnectionError);
      expect(sent).toHaveLength(maxRetries + 1);
    }
  });

  test('that is slow is given up, and repeated if it can be', async () => {
    const hang = (_: string, { signal }: RequestInit) =>
      new Promise<Response>((_resolve, reject) =>
        signal?.addEventListener('abort', () => reject(new Error('aborted'))),
      );
    let tries = 0;
    const fetch = (url: string, init: RequestInit) => {
      tries += 1;
      return tries === 1 ? hang(url, init) : Promise.resolve(reply({ fine: true }));
    };
    const client = new DeepLens({ baseUrl: 'https://x.example', fetch, retryDelayMs: 0 });
    expect(await client.images.get(IMAGE, { timeoutMs: 10 })).toEqual({ fine: true });
  });

  test('with a stream as its body is made once', async () => {
    const { client, sent } = scripted([html502]);
    const body = new Blob(['x']).stream();
    const call = client.request('PUT', '/anything', { body }, { idempotencyKey: 'k' });
    await expect(call).rejects.toThrow(ServerError);
    expect(sent).toHaveLength(1);
  });

  test('raw is repeated if it reads or has a key', async () => {
    for (const [method, options, tries] of [
      ['GET', {}, 3],
      ['POST', {}, 1],
      ['POST', { idempotencyKey: 'k' }, 3],
    ] as const) {
      const { client, sent } = scripted([reset]);
      await expect(client.request(method, '/x', {}, options)).rejects.toThrow(ConnectionError);
      expect(sent).toHaveLength(tries);
    }
  });

  test('whose token expired asks for another one', async () => {
    const asked: boolean[] = [];
    const token = async ({ expired }: { expired: boolean }) => {
      asked.push(expired);
      return expired ? 'new' : 'old';
    };
    const { client, sent } = scripted([refusal(401, 'token_expired'), reply({})], { token });
    await client.webhooks.change('wh_1', { state: 'disabled' });
    expect(asked).toEqual([false, true]);
    expect(sent.map(({ headers }) => headers.get('authorization'))).toEqual(['Bearer old', 'Bearer new']);
  });

  test('reports each try, without a credential', async () => {
    const events: object[] = [];
    const { client } = scripted([reset, reply({})], { onResponse: (event) => events.push(event) });
    await client.keys.create({ name: 'k' });
    expect(events).toMatchObject([
      { attempt: 1, method: 'POST' },
      { attempt: 2, status: 200, correlationId: 'req-1' },
    ]);
    expect(JSON.stringify(events)).not.toContain('dl_live_k_s');
  });
});

describe('in a page', () => {
  const inPage = <Result>(use: () => Result): Result => {
    vi.stubGlobal('document', {});
    vi.stubGlobal('process', undefined);
    try {
      return use();
    } finally {
      vi.unstubAllGlobals();
    }
  };
  const baseUrl = '/api/v1';

  test('a secret key is refused unless told otherwise; publishable keys and tokens are not', () => {
    expect(() => inPage(() => new DeepLens({ baseUrl, apiKey: 'dl_live_x_y' }))).toThrow('publishable');
    inPage(() => new DeepLens({ baseUrl, apiKey: 'dl_live_x_y', dangerouslyAllowBrowser: true }));
    inPage(() => new DeepLens({ baseUrl, apiKey: 'dl_pub_x_y', token: 't' }));
    inPage(() => new DeepLens({ baseUrl, token: () => 't' }));
  });

  test('that is not served by https, calls have an Idempotency-Key too', async () => {
    const getRandomValues = crypto.getRandomValues.bind(crypto);
    vi.stubGlobal('crypto', { getRandomValues });
    try {
      const { client, sent } = scripted([reply({})]);
      await client.images.add({ image_url: 'https://x.example/1.jpg' });
      expect(sent[0]?.headers.get('idempotency-key')).toMatch(/^[0-9a-f]{32}$/);
    } finally {
      vi.unstubAllGlobals();
    }
  });
});
