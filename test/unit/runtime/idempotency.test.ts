import { describe, expect, it } from 'vitest';
import { ownKeys, tenantKeys } from '#shared/contracts/http/keys.ts';
import { migrateToModel } from '#shared/contracts/http/models.ts';
import { OPERATIONS } from '#shared/contracts/http/operations.ts';
import { createTenant } from '#shared/contracts/http/tenants.ts';
import { httpHandler } from '#shared/runtime/http.ts';
import type { IdempotentCall } from '#shared/runtime/idempotency.ts';
import { operatorRoute, tenantRoute } from '#shared/runtime/routes.ts';
import { postJson } from '../../fixtures/post-json.ts';
import { memoryAuditLog } from '../../memory/audit-log.ts';
import { memoryGuards } from '../../memory/guards.ts';

const ID = 'key_01JCZ8M3P7Q4R5S6T7V8W9X0Y1';
const JOB = 'job_01JCZ8M3P7Q4R5S6T7V8W9X0Y1';
const KEY = {
  ...{ key_id: ID, name: 'app', kind: 'live' as const, scopes: [], state: 'active' as const },
  ...{ created_at: '2026-11-01T00:00:00.000Z', api_key: 'dl_live_secret', secret_shown: true },
};

function service() {
  const audit = memoryAuditLog();
  const guards = memoryGuards({ audit });
  const calls: IdempotentCall[] = [];
  const stored: unknown[] = [];
  const repeatKeys: unknown[] = [];
  const handler = httpHandler(
    [
      tenantRoute(ownKeys.create, async ({ repeatKey }) => {
        repeatKeys.push(repeatKey);
        return KEY;
      }),
      operatorRoute(tenantKeys.create, async () => KEY),
      operatorRoute(createTenant, async ({ body: { tenant_id } }) => {
        return {
          tenant_id,
          status: 'created' as const,
          key_id: ID,
          api_key: 'dl_live_secret',
          secret_shown: true,
        };
      }),
      operatorRoute(migrateToModel, async () => ({ job_id: JOB, status: 'queued' as const })),
    ],
    {
      ...guards,
      idempotency: (call, context, run) => {
        calls.push(call);
        return guards.idempotency(call, context, async () => {
          const reply = await run();
          stored.push(reply);
          return reply;
        });
      },
    },
  );
  const call = async (path: string, body: object, key: string | undefined) => {
    const isOperator = path.startsWith('/v1/admin');
    const authorizer = {
      ...(isOperator ? { kind: 'operator', role: 'SystemAdmin' } : { kind: 'key', tenant: 'acme' }),
      ...{ plan: 'free', scopes: 'deeplens.admin', subject: 's' },
    };
    const { statusCode, body: text } = await postJson(handler, { path, body, authorizer, key });
    return { status: statusCode, body: JSON.parse(text) };
  };
  return { call, audit, calls, stored, repeatKeys };
}
const newKey = { name: 'app', scopes: ['deeplens.search'] };

describe('a creation that is repeated with its Idempotency-Key', () => {
  it.each([
    ['/v1/keys', newKey, 'acme', `POST /v1/keys/${ID}/rotate`],
    ['/v1/admin/tenants/other/keys', newKey, 'other', `POST /v1/admin/tenants/{tenant_id}/keys/${ID}/rotate`],
    [
      '/v1/admin/tenants',
      { tenant_id: 'new', name: 'New', plan: 'free' },
      'new',
      `POST /v1/admin/tenants/new/keys/${ID}/rotate`,
    ],
  ])(
    'of %s shows the secret once, stores none, and says how to rotate it',
    async (path, body, tenant, how) => {
      const { call, stored, calls } = service();
      const first = await call(path, body, 'k');
      expect(first).toMatchObject({ status: 201, body: { api_key: 'dl_live_secret', secret_shown: true } });
      const { api_key: _, ...rest } = first.body;
      expect(await call(path, body, 'k')).toEqual({
        status: 201,
        body: { ...rest, secret_shown: false, how_to_rotate: how },
      });
      expect(JSON.stringify(stored)).not.toContain('dl_live_secret');
      expect(calls.map((each) => each.tenant)).toEqual([tenant, tenant]); // whose purge removes it
    },
  );

  it('is marked in the audit log', async () => {
    const { call, audit } = service();
    await call('/v1/keys', newKey, 'k');
    await call('/v1/keys', newKey, 'k');
    const { items } = await audit.list({ limit: 9 });
    expect(items).toHaveLength(2); // of one millisecond, so in either order
    expect(items.flatMap(({ after }) => after ?? [])).toEqual([{ repeated: true }]);
  });

  it('starts no second job of the operator, who belongs to no tenant', async () => {
    const { call, calls } = service();
    const first = await call('/v1/admin/models/m/migrations', {}, 'k');
    expect(await call('/v1/admin/models/m/migrations', {}, 'k')).toEqual(first);
    expect(calls[0]?.tenant).toBeUndefined();
  });

  it('gives the steps the same key each time, another one for another input, and none without a key', async () => {
    const keysOf = async (body: object, key?: string) => {
      const { call, repeatKeys } = service();
      await call('/v1/keys', body, key);
      return repeatKeys[0];
    };
    const first = await keysOf(newKey, 'k');
    expect(first).toMatch(/^[0-9a-f]{64}$/);
    expect(await keysOf(newKey, 'k')).toBe(first);
    expect(await keysOf({ ...newKey, name: 'b' }, 'k')).not.toBe(first);
    expect(await keysOf(newKey)).toBeUndefined();
  });
});

/** POST operations that create and start nothing. */
const WITHOUT = [
  ...[
    'searchSimilarity',
    'searchDuplicates',
    'testWebhook',
    'testStorage',
    'cancelOwnJob',
    'confirmOwnJob',
    'cancelScan',
  ],
  ...['revokeTokens', 'cancelJob'],
];

it('every POST that creates or starts something takes an Idempotency-Key', () => {
  const posts = OPERATIONS.filter(({ method }) => method === 'POST');
  expect(posts.filter(({ idempotent }) => !idempotent).map(({ id }) => id)).toEqual(WITHOUT);
});
