import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import type { DeepLensEvent } from '#shared/contracts/events/registry.ts';
import { operation } from '#shared/contracts/http/operation.ts';
import { Problem } from '#shared/kernel/problems.ts';
import { httpHandler } from '#shared/runtime/http.ts';
import { openRoute, tenantRoute } from '#shared/runtime/routes.ts';
import { postJson } from '../../fixtures/post-json.ts';
import { memoryGuards } from '../../memory/guards.ts';

const common = {
  tag: 'Search' as const,
  method: 'POST' as const,
  summary: 'For tests',
  policy: 'SearchImages' as const,
  reply: { status: 200 as const, description: 'Yes', schema: z.looseObject({}) },
  problems: [],
};
const search = operation({ ...common, id: 'search', path: '/v1/search', counts: { searches: 1 } });
const bring = operation({
  ...common,
  id: 'bring',
  path: '/v1/bring',
  counts: { uploads: { asked: ({ files }) => files, accepted: ({ brought }) => Number(brought) } },
  idempotent: true,
  body: z.object({ files: z.number() }),
});
const open = operation({ ...common, id: 'open', path: '/v1/open', policy: 'Open' });

function service(publish: (events: readonly DeepLensEvent[]) => Promise<void>) {
  const handler = httpHandler(
    [
      tenantRoute(search, async () => {
        throw new Problem('dependency_unavailable', 'the index is away');
      }),
      tenantRoute(bring, async ({ uploads }) => ({ brought: Math.min(4, uploads?.granted ?? 0) })),
      openRoute(open, async () => ({ open: true })),
    ],
    memoryGuards({ publisher: { publish: (_tenant, events) => publish(events) } }),
  );
  let calls = 0;
  return (path: string, body: object = {}, scopes = 'deeplens.search', key?: string) =>
    postJson(handler, {
      ...{ path, body, key, headers: { 'x-correlation-id': 'mine' }, requestId: `call-${++calls}` },
      authorizer: { kind: 'key', tenant: 'acme', plan: 'free', scopes, subject: 'key_1' },
    });
}

describe('an admitted call', () => {
  it('is published once with what it added; one that fails, repeats or has invalid input is a request only', async () => {
    const published: DeepLensEvent[] = [];
    const ask = service(async (events) => void published.push(...events));
    expect((await ask('/v1/search')).statusCode).toBe(503);
    // free admits five, of which four are accepted
    for (const _again of [1, 2])
      expect((await ask('/v1/bring', { files: 9 }, undefined, 'k')).statusCode).toBe(200);
    expect((await ask('/v1/bring', { files: 'many' })).statusCode).toBe(400);
    expect(
      published.map(({ id, type, subject, tenantid, correlationid, data }) => ({
        id,
        type,
        subject,
        tenantid,
        correlationid,
        data,
      })),
    ).toEqual(
      [
        ['search', { requests: 1, searches: 0, uploads: 0 }],
        ['bring', { requests: 1, searches: 0, uploads: 4 }],
        ['bring', { requests: 1, searches: 0, uploads: 0 }],
        ['bring', { requests: 1, searches: 0, uploads: 0 }],
      ].map(([subject, data], at) => ({
        id: `call-${at + 1}.tenant.usage`,
        type: 'tenant.usage',
        subject,
        tenantid: 'acme',
        correlationid: 'mine',
        data,
      })),
    );
  });

  it('is not published if it was refused', async () => {
    const published: unknown[] = [];
    const ask = service(async (events) => void published.push(...events));
    expect((await ask('/v1/search', {}, 'deeplens.upload')).statusCode).toBe(403);
    await ask('/v1/bring', { files: 4 });
    await ask('/v1/bring', { files: 1 });
    expect((await ask('/v1/bring', { files: 1 })).statusCode).toBe(429);
    expect(published).toHaveLength(2);
  });

  it('is served even if it cannot be published', async () => {
    const ask = service(() => Promise.reject(new Error('no topic')));
    expect((await ask('/v1/bring', { files: 1 })).statusCode).toBe(200);
  });
});
