import {
  AbortError,
  ApiError,
  ConnectionError,
  DeepLens,
  DeepLensError,
  RateLimitError,
  ServerError,
  TimeoutError,
} from '@deeplens/sdk';
import { unwrap } from '@deeplens/sdk/webhooks';
import fc from 'fast-check';
import type { Fault, Seen } from '../fault-server.ts';

/** What a run of the suite is told. */
export interface Where {
  /** The server with faults. */
  faults: string;
  /** A stub of the API with storage. */
  stub: string;
  isPage: boolean;
}
export interface Result {
  name: string;
  /** Absent if it passed. */
  error?: string;
}

/** Fails with the values if they differ as JSON. */
function equal(actual: unknown, expected: unknown, what: string): void {
  const [left, right] = [JSON.stringify(actual), JSON.stringify(expected)];
  if (left !== right) throw new Error(`${what}: ${left} instead of ${right}`);
}
function ensure(condition: boolean, what: string): void {
  if (!condition) throw new Error(what);
}
const thrownBy = async (call: PromiseLike<unknown>): Promise<unknown> => {
  try {
    await call;
  } catch (error) {
    return error;
  }
  throw new Error('nothing was thrown');
};

/** Returns a client whose requests meet the faults in order, and what the server saw of them. */
function meeting(
  { faults }: Where,
  script: readonly Fault[],
  options: { maxRetries?: number; timeoutMs?: number } = {},
) {
  const id = crypto.randomUUID();
  const client = new DeepLens({
    baseUrl: `${faults}/faults/${id}/${script.join()}/api`,
    token: 't',
    retryDelayMs: 1,
    ...options,
  });
  const seen = async () => (await (await fetch(`${faults}/seen/${id}`)).json()) as Seen[]; // the server's
  return { client, seen };
}

const IMAGE = 'img_01JCZ8M3P7Q4R5S6T7V8W9X0Y1';
const CALLS = {
  safe: ({ images }: DeepLens) => images.get(IMAGE),
  keyed: ({ images }: DeepLens) => images.add({ image_url: 'https://x.example/1.jpg' }),
  once: ({ webhooks }: DeepLens) => webhooks.change('wh_1', { state: 'disabled' }),
} as const;
type Kind = keyof typeof CALLS;

/** Tries after a script, and the error that is left, by kind of call. */
const TABLE: [script: Fault[], Record<Kind, [tries: number, error?: new (...given: never[]) => Error]>][] = [
  [['ok'], { safe: [1], keyed: [1], once: [1] }],
  [['500', '429', 'ok'], { safe: [3], keyed: [3], once: [1, ServerError] }],
  [['429', '429', 'ok'], { safe: [3], keyed: [3], once: [3] }],
  [['429-1s', 'ok'], { safe: [2], keyed: [2], once: [2] }],
  [['503', 'ok'], { safe: [2], keyed: [2], once: [1, ServerError] }],
  [['reset', 'ok'], { safe: [2], keyed: [2], once: [1, ConnectionError] }],
  [['html', 'html', 'ok'], { safe: [3], keyed: [3], once: [1, ServerError] }],
  [['409', '409', 'ok'], { safe: [3], keyed: [3], once: [3] }],
  [['conflict', 'ok'], { safe: [1, ApiError], keyed: [1, ApiError], once: [1, ApiError] }],
  [['slow', 'ok'], { safe: [2], keyed: [2], once: [1, TimeoutError] }],
  [['429'], { safe: [3, RateLimitError], keyed: [3, RateLimitError], once: [3, RateLimitError] }],
  [['500'], { safe: [3, ServerError], keyed: [3, ServerError], once: [1, ServerError] }],
];

const TESTS: Record<string, (where: Where) => Promise<void>> = {
  ...Object.fromEntries(
    TABLE.flatMap(([script, expected]) =>
      Object.entries(expected).map(([kind, [tries, error]]) => [
        `a ${kind} call that meets ${script.join(', ')}`,
        async (where: Where) => {
          const { client, seen } = meeting(where, script, { timeoutMs: 700 });
          const call = CALLS[kind as Kind](client); // a key of the table
          if (error) ensure((await thrownBy(call)) instanceof error, `an ${error.name}`);
          else equal(await call, { fine: true }, 'reply');
          equal((await seen()).length, tries, 'tries');
        },
      ]),
    ),
  ),

  'whatever the order of faults: at most maxRetries + 1 tries, one key': (where) =>
    fc.assert(
      fc.asyncProperty(
        fc.array(fc.constantFrom<Fault>('500', '429', '409', 'html', 'reset', 'conflict', 'ok'), {
          minLength: 1,
          maxLength: 6,
        }),
        fc.integer({ min: 0, max: 4 }),
        fc.constantFrom(...Object.values(CALLS)),
        async (script, maxRetries, call) => {
          const { client, seen } = meeting(where, script, { maxRetries });
          await Promise.resolve(call(client)).catch(() => {});
          const requests = await seen();
          ensure(requests.length >= 1 && requests.length <= maxRetries + 1, `${requests.length} tries`);
          equal(new Set(requests.map(({ key }) => key)).size, 1, 'keys');
        },
      ),
      { numRuns: 60 },
    ),

  'an error has its code, detail and correlation id': async (where) => {
    const error = await thrownBy(meeting(where, ['conflict']).client.me());
    ensure(error instanceof ApiError && error.code === 'conflict', String(error));
    ensure(String(error).includes('It is conflict. (correlation id req-1)'), String(error));
  },

  'an aborted call ends': async (where) => {
    const { client } = meeting(where, ['slow']);
    ensure(
      (await thrownBy(client.me({ signal: AbortSignal.timeout(20) }))) instanceof AbortError,
      'an AbortError',
    );
  },

  'withResponse() gives the correlation id': async (where) => {
    const { data, requestId } = await meeting(where, ['ok']).client.me().withResponse();
    equal([data, requestId], [{ fine: true }, 'req-2'], 'reply');
  },

  'a secret key is refused in a page alone': async ({ isPage, faults: baseUrl }) => {
    let refused = false;
    try {
      new DeepLens({ baseUrl, apiKey: 'dl_live_k_s' });
    } catch (error) {
      refused = error instanceof DeepLensError;
    }
    equal(refused, isPage, 'refused');
    new DeepLens({ baseUrl, apiKey: 'dl_pub_k_s' });
  },

  'Blobs are uploaded with progress': async ({ stub }) => {
    const client = new DeepLens({ baseUrl: stub, token: 't' });
    const files = Array.from({ length: 25 }, (_, index) => ({
      file: new Blob([`${crypto.randomUUID()} ${index}`]),
      filename: `${index}.jpg`,
    }));
    let sent = 0;
    let known = -1;
    const ids: string[] = [];
    const onProgress = (progress: { bytesSent: number; bytesKnown: number }) => {
      sent = progress.bytesSent;
      known = progress.bytesKnown;
    };
    for await (const outcome of client.uploads.files(files, { onProgress })) {
      equal(outcome.status, 'uploaded', JSON.stringify(outcome));
      if (outcome.status === 'uploaded') ids.push(outcome.image_id);
    }
    equal([ids.length, sent], [25, known], 'uploaded');
    equal((await client.images.waitUntilIndexed(ids)).length, 25, 'indexed');
  },

  'a webhook’s message is verified': async () => {
    // Made with standardwebhooks 1.1.1.
    const now = new Date(1_764_500_000_000);
    const headers = {
      'webhook-id': 'evt_1',
      'webhook-timestamp': '1764500000',
      'webhook-signature': SIGNATURE,
    };
    const body = '{"type":"images.indexed","timestamp":"2025-11-30T10:53:20.000Z","data":{"image_id":"é"}}';
    const event = await unwrap(body, headers, `whsec_${btoa('a secret of ours')}`, { now });
    equal(event.type, 'images.indexed', 'type');
  },
};
const SIGNATURE = 'v1,hh+jSAE1K+kFzom3GMZMhnQH5m1TiuQAJzyT/v8Syvk=';

/** Runs all tests, one after the other. */
export async function runSuite(where: Where): Promise<Result[]> {
  const results: Result[] = [];
  for (const [name, run] of Object.entries(TESTS))
    try {
      await run(where);
      results.push({ name });
    } catch (error) {
      results.push({
        name,
        error: error instanceof Error ? `${error.message}\n${error.stack}` : String(error),
      });
    }
  return results;
}
