import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import type { AuditLog } from '#shared/audit/audit-log.ts';
import { operation } from '#shared/contracts/http/operation.ts';
import { Problem } from '#shared/kernel/problems.ts';
import { leasingLimiter } from '#shared/rate-limit/leasing-limiter.ts';
import type { Limiter } from '#shared/rate-limit/limiter.ts';
import { httpHandler } from '#shared/runtime/http.ts';
import { tenantRoute } from '#shared/runtime/routes.ts';
import { postJson } from '../../fixtures/post-json.ts';
import { memoryAuditLog } from '../../memory/audit-log.ts';
import { memoryGuards } from '../../memory/guards.ts';
import { memoryWindows } from '../../memory/window-store.ts';

const common = {
  tag: 'Search' as const,
  method: 'POST' as const,
  summary: 'For tests',
  policy: 'SearchImages' as const,
  reply: { status: 200 as const, description: 'Yes', schema: z.looseObject({}) },
  problems: [],
};
const search = operation({
  ...common,
  id: 'search',
  path: '/v1/search',
  counts: { searches: 1 },
  body: z.object({ text: z.string().optional() }),
});
const bring = operation({
  ...common,
  id: 'bring',
  path: '/v1/bring',
  counts: { uploads: { asked: ({ files }) => files, accepted: ({ accepted }) => Number(accepted) } },
  idempotent: true,
  body: z.object({ files: z.number(), fail: z.boolean().optional(), refused: z.number().default(0) }),
});

const counting = () => leasingLimiter(memoryWindows(), () => 0);
const unavailable: Limiter = {
  take: () => Promise.reject(new Problem('dependency_unavailable', 'unavailable')),
  left: () => Promise.reject(new Problem('dependency_unavailable', 'unavailable')),
  giveBack: () => {},
};

function service(limiter: Limiter, limits?: object, guards: { audit?: AuditLog; authorizer?: object } = {}) {
  const handler = httpHandler(
    [
      tenantRoute(search, async ({ body }) => {
        if (body.text === 'unreadable') throw new Problem('unreadable_image', 'no image');
        return { found: true };
      }),
      tenantRoute(bring, async ({ uploads, body }) => {
        if (body.fail) throw new Problem('unreadable_image', 'no image');
        const granted = uploads?.granted ?? 0;
        return { granted, accepted: granted - body.refused };
      }),
    ],
    memoryGuards({ limiter, ...(guards.audit && { audit: guards.audit }) }),
  );
  return async (path: string, body: object, key?: string) => {
    const authorizer = {
      ...{ kind: 'key', tenant: 'acme', plan: 'free', scopes: 'deeplens.search', subject: 'key_1' },
      ...(limits && { limits: JSON.stringify(limits) }),
      ...guards.authorizer,
    };
    const answer = await postJson(handler, { path, body, authorizer, key });
    return { status: answer.statusCode, headers: answer.headers ?? {}, body: JSON.parse(answer.body) };
  };
}

describe('limits of a tenant’s calls', () => {
  it('are in the headers of each reply, with what is left', async () => {
    const { headers } = await service(counting())('/v1/search', {});
    expect(headers['RateLimit-Policy']).toBe('"requests";q=100;w=60, "searches";q=50;w=60');
    expect(headers.RateLimit).toBe('"requests";r=99;t=60, "searches";r=49;t=60');
  });

  it('refuse further calls, with Retry-After', async () => {
    const call = service(counting(), { searches: 1 });
    expect((await call('/v1/search', {})).status).toBe(200);
    const { status, headers, body } = await call('/v1/search', {});
    expect([status, body.code, headers['retry-after']]).toEqual([429, 'rate_limited', '60']);
    expect(headers.RateLimit).toBe('"requests";r=99;t=60, "searches";r=0;t=60');
    expect(body.detail).toContain('1 searches in 60 seconds');
  });

  it('count calls with invalid input as requests only, also when no search is left', async () => {
    const call = service(counting(), { searches: 1 });
    expect(await call('/v1/search', { text: 1 })).toMatchObject({
      status: 400,
      headers: { RateLimit: '"requests";r=99;t=60' },
    });
    expect((await call('/v1/search', {})).status).toBe(200);
    expect((await call('/v1/search', { text: 1 })).status).toBe(400);
  });

  it('count as searches those that are answered, as uploads those that are accepted', async () => {
    const call = service(counting(), { searches: 1, uploads: 1 });
    for (const _again of [1, 2])
      expect(await call('/v1/search', { text: 'unreadable' })).toMatchObject({
        status: 422,
        headers: { RateLimit: expect.stringContaining('"searches";r=1;') },
      });
    expect((await call('/v1/search', {})).status).toBe(200);
    expect((await call('/v1/search', {})).status).toBe(429);
    expect((await call('/v1/bring', { files: 1, fail: true })).status).toBe(422);
    expect((await call('/v1/bring', { files: 1 })).status).toBe(200);
    expect((await call('/v1/bring', { files: 1 })).status).toBe(429);
  });

  it.each([
    ['without the scope', { scopes: 'deeplens.metrics' }, 'missing_scope'],
    ['with an expired token', { refusal: 'token_expired', detail: 'It ended.' }, 'token_expired'],
  ])(
    'count refused calls as requests, and refuse further ones unrecorded: %s',
    async (_who, authorizer, code) => {
      const audit = memoryAuditLog();
      const call = service(counting(), { requests: 2 }, { audit, authorizer });
      expect(await call('/v1/search', { text: 1 })).toMatchObject({
        // its input is invalid too
        headers: { RateLimit: '"requests";r=1;t=60', 'RateLimit-Policy': '"requests";q=2;w=60' },
        body: { code },
      });
      expect((await call('/v1/search', {})).body.code).toBe(code);
      expect(await call('/v1/search', {})).toMatchObject({ status: 429, headers: { 'retry-after': '60' } });
      const { items } = await audit.list({ limit: 10 });
      expect(items.map((entry) => entry.code)).toEqual([code, code]);
    },
  );

  it('count the images that the reply accepts, and none of a replay by its Idempotency-Key', async () => {
    const call = service(counting());
    const { headers } = await call('/v1/bring', { files: 5, refused: 3 });
    expect(headers.RateLimit).toContain('"uploads";r=3;');
    await call('/v1/bring', { files: 2 }, 'k');
    expect(await call('/v1/bring', { files: 2 }, 'k')).toMatchObject({
      status: 200,
      headers: { RateLimit: '"requests";r=97;t=60, "uploads";r=1;t=60' },
    });
    expect((await call('/v1/bring', { files: 1 })).status).toBe(200);
    expect((await call('/v1/bring', { files: 1 })).status).toBe(429);
  });

  it('apply per endpoint besides the totals', async () => {
    const call = service(counting(), { endpoints: { 'POST /v1/search': 1 } });
    await call('/v1/search', {});
    const { status, headers } = await call('/v1/search', {});
    expect(status).toBe(429);
    expect(headers['RateLimit-Policy']).toContain('"POST /v1/search";q=1;w=60');
    expect((await call('/v1/bring', { files: 1 })).status).toBe(200);
  });

  it('admit as many images as are left', async () => {
    const call = service(counting());
    expect((await call('/v1/bring', { files: 3 })).body).toMatchObject({ granted: 3 });
    expect((await call('/v1/bring', { files: 4 })).body).toMatchObject({ granted: 2 });
    expect((await call('/v1/bring', { files: 1 })).status).toBe(429);
  });

  it('do not stop calls while counters are unavailable, except those that add images', async () => {
    const call = service(unavailable);
    expect((await call('/v1/search', {})).status).toBe(200);
    const { status, headers } = await call('/v1/bring', { files: 1 });
    expect(status).toBe(503);
    expect(headers['retry-after']).toBeDefined();
  });
});

describe('the limit of a person’s searches', () => {
  const person = (subject: string) => ({ kind: 'person', issuer: 'https://idp.test', subject });
  /** Calls of these callers, all of one tenant, in one process. */
  const callsOf = (limits: object | undefined, ...authorizers: object[]) => {
    const limiter = counting();
    return authorizers.map((authorizer) => service(limiter, limits, { authorizer }));
  };

  it('is in the headers beside the tenant’s, 100 by default', async () => {
    const [ada] = callsOf(undefined, person('ada'));
    const reply = await ada?.('/v1/search', {});
    expect(reply?.headers).toMatchObject({
      'RateLimit-Policy': '"requests";q=100;w=60, "searches";q=50;w=60, "searches_per_person";q=100;w=60',
      RateLimit: '"requests";r=99;t=60, "searches";r=49;t=60, "searches_per_person";r=99;t=60',
    });
    expect((await ada?.('/v1/bring', { files: 1 }))?.headers.RateLimit).not.toContain('person');
  });

  it('refuses its further searches, says that it is the person’s, and takes nothing of the tenant’s', async () => {
    const limits = { searches_per_person: 2, searches: 5 };
    const [ada, bob, key, other] = callsOf(
      limits,
      { ...person('ada'), key: 'key_1' },
      person('bob'),
      { kind: 'key' },
      { ...person('ada'), issuer: 'https://other.test' },
    );
    for (const _twice of [1, 2]) expect((await ada?.('/v1/search', {}))?.status).toBe(200);
    const refused = await ada?.('/v1/search', {});
    expect(refused).toMatchObject({
      status: 429,
      headers: {
        'retry-after': '60',
        'RateLimit-Policy': '"searches_per_person";q=2;w=60',
        RateLimit: '"searches_per_person";r=0;t=60',
      },
      body: {
        code: 'rate_limited',
        detail: expect.stringContaining('2 searches of one person in 60 seconds'),
      },
    });
    expect((await ada?.('/v1/bring', { files: 1 }))?.status).toBe(200);
    for (const call of [bob, key, other]) expect((await call?.('/v1/search', {}))?.status).toBe(200);
    expect(await key?.('/v1/search', {})).toMatchObject({
      status: 429,
      body: { detail: expect.stringContaining('5 searches in 60 seconds') },
    });
  });

  it('is one for a person with and without a key', async () => {
    const limits = { searches_per_person: 1 };
    const [withKey, alone] = callsOf(limits, { ...person('ada'), key: 'key_1' }, person('ada'));
    expect((await withKey?.('/v1/search', {}))?.status).toBe(200);
    expect((await alone?.('/v1/search', {}))?.status).toBe(429);
  });

  it('counts no search that is refused by the tenant’s limit, fails, or has invalid input', async () => {
    const limiter = counting();
    const call = (limits: object) => service(limiter, limits, { authorizer: person('ada') });
    expect((await call({ searches: 0, searches_per_person: 1 })('/v1/search', {})).status).toBe(429);
    const ada = call({ searches_per_person: 1 });
    expect((await ada('/v1/search', { text: 1 })).status).toBe(400);
    expect(await ada('/v1/search', { text: 'unreadable' })).toMatchObject({
      status: 422,
      headers: { RateLimit: expect.stringContaining('"searches_per_person";r=1;') },
    });
    expect((await ada('/v1/search', {})).status).toBe(200);
    expect((await ada('/v1/search', {})).status).toBe(429);
  });

  it('is not checked if the counters are unavailable', async () => {
    const ada = service(unavailable, undefined, { authorizer: person('ada') });
    expect((await ada('/v1/search', {})).status).toBe(200);
  });
});
