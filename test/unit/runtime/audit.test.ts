import type { APIGatewayProxyEvent, Context } from 'aws-lambda';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import type { AuditEntry } from '#shared/audit/audit-entry.ts';
import type { AuditLog } from '#shared/audit/audit-log.ts';
import { operation } from '#shared/contracts/http/operation.ts';
import { Problem } from '#shared/kernel/problems.ts';
import { refusalLimiter } from '#shared/rate-limit/refusal-limiter.ts';
import { httpHandler } from '#shared/runtime/http.ts';
import { operatorRoute } from '#shared/runtime/routes.ts';
import { memoryAuditLog } from '../../memory/audit-log.ts';

const change = operation({
  id: 'change',
  tag: 'Operator',
  method: 'PUT',
  path: '/v1/admin/things/{thing_id}',
  summary: 'For tests',
  policy: 'SystemAdmin',
  audited: true,
  params: z.object({ thing_id: z.string() }),
  body: z.object({ to: z.string() }),
  reply: { status: 200, description: 'Yes', schema: z.looseObject({}) },
  problems: [],
});
const OPERATOR = { kind: 'operator', scopes: 'deeplens.admin', role: 'SystemAdmin', subject: 'op' };

/** An audit log whose writes of some outcomes fail. */
function failing(outcomes: readonly AuditEntry['outcome'][]): AuditLog {
  const log = memoryAuditLog();
  return {
    ...log,
    append: async (entry) => {
      if (outcomes.includes(entry.outcome)) throw new Problem('dependency_unavailable', 'throttled');
      await log.append(entry);
    },
  };
}

function service(audit: AuditLog, changes: string[] = []) {
  const handler = httpHandler(
    [
      operatorRoute(change, async ({ body, recordChange }) => {
        if (body.to === 'fail') throw new Problem('conflict', 'no');
        if (body.to === 'refuse') throw new Problem('forbidden', 'not this one');
        changes.push(body.to);
        recordChange({ before: 'one', after: body.to });
        return { changed: true };
      }),
    ],
    { audit, refusals: refusalLimiter(() => 0) },
  );
  return async (to: string, authorizer: object = OPERATOR, thing = 't1', sourceIp = '192.0.2.7') => {
    const { statusCode } = await handler(
      {
        httpMethod: 'PUT',
        path: `/v1/admin/things/${encodeURIComponent(thing.toWellFormed())}`,
        pathParameters: { thing_id: thing },
        headers: { 'content-type': 'application/json', 'User-Agent': 'curl/8', 'x-correlation-id': 'c-1' },
        body: JSON.stringify({ to }),
        requestContext: { requestId: 'r', stage: 'api', identity: { sourceIp }, authorizer },
      } as unknown as APIGatewayProxyEvent, // the fields that a function reads
      { functionName: 'f', awsRequestId: 'x', getRemainingTimeInMillis: () => 1000 } as Context,
    );
    return statusCode;
  };
}

describe('the audit log', () => {
  it('records caller, origin, and the state before and after a change', async () => {
    const audit = memoryAuditLog();
    expect(await service(audit)('two')).toBe(200);
    expect((await audit.list({ limit: 10 })).items).toMatchObject([
      {
        actor: { kind: 'operator', subject: 'op', role: 'SystemAdmin' },
        action: 'change',
        target: 't1',
        outcome: 'done',
        source_ip: '192.0.2.7',
        user_agent: 'curl/8',
        before: 'one',
        after: 'two',
        correlation_id: 'c-1',
      },
    ]);
  });

  it('records failed calls with the problem', async () => {
    const audit = memoryAuditLog();
    expect(await service(audit)('fail')).toBe(409);
    expect((await audit.list({ limit: 10 })).items).toMatchObject([{ outcome: 'failed', code: 'conflict' }]);
  });

  it('records each refusal once', async () => {
    const audit = memoryAuditLog();
    const key = { kind: 'key', tenant: 'acme', plan: 'free', scopes: 'deeplens.search', subject: 'key_1' };
    expect(await service(audit)('two', key)).toBe(403);
    const suspended = { refusal: 'tenant_suspended', detail: 'no' };
    expect(await service(audit)('two', suspended)).toBe(403);
    const { items } = await audit.list({ limit: 10 });
    expect(items.map(({ outcome, code, tenant_id }) => [outcome, code, tenant_id]).sort()).toEqual([
      ['refused', 'forbidden', 'acme'],
      ['refused', 'tenant_suspended', undefined],
    ]);
  });

  it('limits refused calls of the operator’s routes by source, before they are recorded', async () => {
    const audit = memoryAuditLog();
    const call = service(audit);
    const person = { kind: 'person', tenant: 'acme', scopes: 'deeplens.admin', subject: 'p' };
    const refused = { refusal: 'token_expired', detail: 'It ended.' };
    const statuses: number[] = [];
    for (let n = 0; n < 40; n++) statuses.push(await call('two', n % 2 ? person : refused));
    expect(statuses.filter((status) => status !== 429)).toHaveLength(30);
    expect(statuses.slice(30)).toEqual(Array(10).fill(429));
    expect((await audit.list({ limit: 100 })).items).toHaveLength(30);
    expect(await call('two', person, 't1', '192.0.2.8')).toBe(403);
    expect(await call('two')).toBe(200);
  });

  it('keeps changes from being made, and still refuses calls, while it is unavailable', async () => {
    const away = failing(['started', 'done', 'refused', 'failed']);
    const changes: string[] = [];
    expect(await service(away, changes)('two')).toBe(503);
    expect(changes).toEqual([]);
    expect(await service(away)('two', { kind: 'key', scopes: '', subject: 'key_1' })).toBe(403);
  });

  it('has a change that was made, whose outcome it could not take, and the reply is sent', async () => {
    const audit = failing(['done']);
    const changes: string[] = [];
    expect(await service(audit, changes)('two')).toBe(200);
    expect(changes).toEqual(['two']);
    const { items } = await audit.list({ limit: 10 });
    expect(items).toMatchObject([
      { action: 'change', target: 't1', outcome: 'started', actor: { subject: 'op' } },
    ]);
    expect(items[0]).not.toHaveProperty('after');
  });

  it('takes changes while refusals are throttled', async () => {
    const audit = failing(['refused']);
    expect(await service(audit)('two', { kind: 'key', scopes: '', subject: 'key_1' })).toBe(403);
    expect(await service(audit)('two')).toBe(200);
    expect((await audit.list({ limit: 10 })).items).toMatchObject([{ outcome: 'done', after: 'two' }]);
  });

  it('has one entry of a change that was refused after it began', async () => {
    const audit = memoryAuditLog();
    expect(await service(audit)('refuse')).toBe(403);
    expect((await audit.list({ limit: 10 })).items).toMatchObject([
      { outcome: 'refused', code: 'forbidden' },
    ]);
  });

  it('has targets of at most 200 well-formed characters', async () => {
    const audit = memoryAuditLog();
    await service(audit)('two', OPERATOR, `${'x'.repeat(199)}\u{1f600}${'y'.repeat(10_000)}`);
    const [entry] = (await audit.list({ limit: 1 })).items;
    expect(entry?.target).toBe(`${'x'.repeat(199)}\ufffd`);
  });
});
