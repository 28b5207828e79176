import {
  AbortError,
  ApiError,
  ConflictError,
  ConnectionError,
  DeepLens,
  DeepLensError,
  hasCode,
  NotFoundError,
  RateLimitError,
  ServerError,
  TimeoutError,
} from '@deeplens/sdk';
import { expect, test } from 'vitest';
import { refusal, reply, scripted } from './scripted-fetch.ts';

const IMAGE = 'img_01JCZ8M3P7Q4R5S6T7V8W9X0Y1';
const html = (status: number) => () =>
  new Response('<html>Bad gateway</html>', { status, headers: { 'content-type': 'text/html' } });

test('a call sends its credential, path, query and body, and returns the body', async () => {
  const { client, sent } = scripted([reply({ images: [] })]);
  await client.images.list({ status: 'indexed', ids: ['a', 'b'] });
  await client.search.similarity({ image_id: IMAGE }, { headers: { 'x-extra': '1' } });
  expect(sent[0]?.path).toBe('/images');
  expect(sent[0]?.query.toString()).toBe('status=indexed&ids=a%2Cb');
  expect(sent[0]?.headers.get('x-api-key')).toBe('dl_live_k_s');
  expect(sent[0]?.headers.get('user-agent')).toMatch(/^deeplens-sdk\/\d/);
  expect(sent[1]?.body).toEqual({ image_id: IMAGE });
  expect(sent[1]?.headers.get('x-extra')).toBe('1');
});

test('a body with a file is sent as a form: lists and objects as JSON', async () => {
  const { client, sent } = scripted([reply({})]);
  await client.search.similarity({ file: new Blob(['x']), verdicts: ['exact'], max_results: 3 } as never);
  const form = sent[0]?.body as FormData;
  expect([form.get('verdicts'), form.get('max_results')]).toEqual(['["exact"]', '3']);
  expect(form.get('file')).toBeInstanceOf(Blob);
  expect(sent[0]?.headers.has('content-type')).toBe(false);
});

test('withResponse() gives the correlation id and the limits', async () => {
  const { client } = scripted([
    reply(
      { image_id: IMAGE },
      {
        headers: {
          ratelimit: '"requests";r=99;t=42, "searches";r=7;t=1',
          'ratelimit-policy': '"requests";q=100;w=60, "searches";q=50;w=60',
        },
      },
    ),
  ]);
  const { data, requestId, rateLimit, response } = await client.images.get(IMAGE).withResponse();
  expect(data.image_id).toBe(IMAGE);
  expect(requestId).toBe('req-1');
  expect(response.status).toBe(200);
  expect(rateLimit).toEqual({
    requests: { limit: 100, remaining: 99, resetsInS: 42, windowS: 60 },
    searches: { limit: 50, remaining: 7, resetsInS: 1, windowS: 60 },
  });
  expect(client.rateLimit).toEqual(rateLimit);
});

test.each([
  [404, 'not_found', NotFoundError],
  [409, 'conflict', ConflictError],
  [429, 'quota_exceeded', RateLimitError],
  [500, 'internal_error', ServerError],
] as const)(
  '%i is an error of its class, with code, detail and correlation id',
  async (status, code, type) => {
    const { client } = scripted([refusal(status, code)], { maxRetries: 0 });
    const error = await client.images.get(IMAGE).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(type);
    expect(error).toBeInstanceOf(DeepLensError);
    expect(error).toMatchObject({ status, code, detail: `It is ${code}.`, correlationId: 'req-1' });
    expect(String(error)).toContain(
      `GET /images/${IMAGE}: ${status} ${code}: It is ${code}. (correlation id req-1)`,
    );
    expect(hasCode(error, code)).toBe(true);
  },
);

test('the limits of a refusal are kept too', async () => {
  const headers = { ratelimit: '"requests";r=0;t=9', 'ratelimit-policy': '"requests";q=100;w=60' };
  const { client } = scripted([refusal(429, 'rate_limited', headers)], { maxRetries: 0 });
  await expect(client.me()).rejects.toThrow(RateLimitError);
  expect(client.rateLimit.requests).toEqual({ limit: 100, remaining: 0, resetsInS: 9, windowS: 60 });
});

test('a reply that is not of the API is an error, whatever its status', async () => {
  const { client } = scripted([html(502), html(200)], { maxRetries: 0 });
  for (const status of [502, 200])
    await expect(client.me()).rejects.toMatchObject({ status, code: 'unexpected_response' });
});

test('the state of the service is returned although it is down', async () => {
  const { client } = scripted([reply({ status: 'down', checks: {} }, { status: 503 })]);
  expect(await client.service.readiness()).toMatchObject({ status: 'down' });
});

test('an image’s thumbnail is the address that the reply redirects to', async () => {
  const { client } = scripted([
    new Response(null, { status: 302, headers: { location: 'https://storage.example.com/t' } }),
  ]);
  expect(await client.images.thumbnailUrl(IMAGE, { size: 256 })).toBe('https://storage.example.com/t');
});

test('another redirect is not followed: it would get the credential', async () => {
  const moved = () =>
    new Response(null, { status: 301, headers: { location: 'https://elsewhere.example.com' } });
  const { client, sent } = scripted([moved]);
  const error = await client.images.get(IMAGE).catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ status: 301, code: 'unexpected_response' });
  expect(String(error)).toContain('https://elsewhere.example.com');
  expect(sent).toHaveLength(1);
});

test('an aborted call ends, a slow one times out, a broken one tells so', async () => {
  const hang = () => new Promise<Response>(() => {});
  const { client } = scripted([hang], { maxRetries: 0 });
  const signalled = (url: string, init: RequestInit) =>
    new Promise<Response>((_, reject) =>
      init.signal?.addEventListener('abort', () => reject(new Error(url))),
    );
  const slow = new DeepLens({ baseUrl: 'https://x.example', fetch: signalled, maxRetries: 0 });
  await expect(slow.me({ timeoutMs: 5 })).rejects.toThrow(TimeoutError);
  await expect(slow.me({ signal: AbortSignal.timeout(5) })).rejects.toThrow(AbortError);
  await expect(client.me({ signal: AbortSignal.abort() })).rejects.toThrow(AbortError);
  await expect(scripted([new TypeError('fetch failed')], { maxRetries: 0 }).client.me()).rejects.toThrow(
    ConnectionError,
  );
});

test('an empty id calls nothing', async () => {
  const { client, sent } = scripted([reply({})]);
  await expect(client.images.delete('')).rejects.toThrow('image_id must not be empty');
  expect(sent).toEqual([]);
});

test('a list is its first page, or all items', async () => {
  const { client, sent } = scripted([
    reply({ images: [{ image_id: '1' }, { image_id: '2' }], next_cursor: 'c' }),
    reply({ images: [], next_cursor: 'd' }),
    reply({ images: [{ image_id: '3' }] }),
  ]);
  const ids: string[] = [];
  for await (const { image_id } of client.images.list({ limit: 2 })) ids.push(image_id);
  expect(ids).toEqual(['1', '2', '3']);
  expect(sent.map(({ query }) => query.get('cursor'))).toEqual([null, 'c', 'd']);
  expect(sent.map(({ query }) => query.get('limit'))).toEqual(['2', '2', '2']);
});

test('a page has its items and the next page; toArray() ends at its limit', async () => {
  const first = () =>
    reply({ groups: [{ group_id: '1' }, { group_id: '2' }], total_groups: 3, next_cursor: 'c' });
  const { client, sent } = scripted([first, reply({ groups: [{ group_id: '3' }], total_groups: 3 }), first]);
  const page = await client.duplicates.list({ scope: 'all' });
  expect(page.items.map(({ group_id }) => group_id)).toEqual(['1', '2']);
  expect([page.hasMore, page.reply.total_groups]).toEqual([true, 3]);
  const second = await page.next();
  expect(sent[1]?.body).toEqual({ scope: 'all', cursor: 'c' });
  expect([second?.hasMore, await second?.next()]).toEqual([false, undefined]);
  expect(await client.duplicates.list({ scope: 'all' }).toArray({ limit: 2 })).toHaveLength(2);
  expect(sent).toHaveLength(3);
});

test('a raw call is made as it is', async () => {
  const { client, sent } = scripted([reply({ fine: true })]);
  expect(await client.request('PATCH', '/settings', { body: { a: 1 }, query: { b: 2 } })).toEqual({
    fine: true,
  });
  expect(sent[0]).toMatchObject({ method: 'PATCH', path: '/settings', body: { a: 1 } });
  expect(sent[0]?.query.get('b')).toBe('2');
});

test('a client without a base URL says what to do', () => {
  expect(() => new DeepLens()).toThrow('DEEPLENS_BASE_URL');
});

test('an unknown code of a newer service is passed through', async () => {
  const { client } = scripted([refusal(422, 'brand_new')]);
  const error = await client.me().catch((thrown: unknown) => thrown);
  expect(error instanceof ApiError && error.code).toBe('brand_new');
});
