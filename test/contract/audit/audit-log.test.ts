import { ScanCommand } from '@aws-sdk/client-dynamodb';
import { ulid } from 'ulid';
import { beforeAll, describe, expect, it } from 'vitest';
import type { AuditEntry } from '#shared/audit/audit-entry.ts';
import type { AuditLog, AuditQuery } from '#shared/audit/audit-log.ts';
import { dynamoAuditLog } from '#shared/audit/dynamodb-audit-log.ts';
import type { AuditId } from '#shared/kernel/ids.ts';
import { memoryAuditLog } from '../../memory/audit-log.ts';
import { newTable } from '../emulator.ts';

const DAY = 24 * 60 * 60 * 1000;
const NOW = Date.now();
const daysAgo = (days: number): string => new Date(NOW - days * DAY).toISOString();

function entryAt(at: string, over: Partial<AuditEntry> = {}): AuditEntry {
  return {
    audit_id: `aud_${ulid(Date.parse(at))}` as AuditId, // what newAuditId makes, at another time
    at,
    actor: { kind: 'operator', subject: 'operator-1', role: 'SystemAdmin' },
    action: 'changeTenant',
    outcome: 'done',
    source_ip: '192.0.2.1',
    user_agent: 'test',
    correlation_id: 'cor-1',
    ...over,
  };
}
const newAuditTable = () => newTable('audit', [['by_tenant', 'gsi_tenant', 'sk']]);

async function walk(log: AuditLog, query: AuditQuery): Promise<AuditEntry[]> {
  const all: AuditEntry[] = [];
  let cursor: string | undefined;
  do {
    const page = await log.list({ ...query, cursor });
    expect(page.items.length).toBeLessThanOrEqual(query.limit);
    all.push(...page.items);
    cursor = page.nextCursor;
  } while (cursor);
  return all;
}

describe.each([
  ['memory', async () => memoryAuditLog()],
  ['DynamoDB', async () => dynamoAuditLog(await newAuditTable())],
])('the audit log in %s', (_, open) => {
  let log: AuditLog;
  /** Oldest first: over three months, two of them at the same millisecond. */
  const entries = [
    entryAt(daysAgo(70), { tenant_id: 'acme', before: { plan: 'free' }, after: { plan: 'pro' } }),
    entryAt(daysAgo(65), { tenant_id: 'other' }),
    entryAt(daysAgo(31), { tenant_id: 'acme', action: 'revokeKey', target: 'key_1' }),
    entryAt(daysAgo(29), { tenant_id: 'acme', actor: { kind: 'key', subject: 'key_2' } }),
    ...[daysAgo(3), daysAgo(3)].map((at) => entryAt(at, { tenant_id: 'acme' })),
    entryAt(daysAgo(2), { outcome: 'refused', code: 'unauthenticated', detail: 'no credential' }),
    entryAt(daysAgo(1), {
      tenant_id: 'other',
      action: 'revokeKey',
      actor: { kind: 'key', subject: 'key_2' },
    }),
    entryAt(daysAgo(0), { tenant_id: 'acme', outcome: 'failed', code: 'internal_error' }),
  ].sort((one, other) => (one.at + one.audit_id < other.at + other.audit_id ? -1 : 1));
  const newestFirst = entries.toReversed();
  const from = daysAgo(100);

  beforeAll(async () => {
    log = await open();
    for (const entry of entries) await log.append(entry);
  });

  it('lists every entry as written, newest first', async () => {
    expect(await log.list({ from, limit: 100 })).toEqual({ items: newestFirst });
  });

  it.each([1, 2, 4, 8, 9])('neither loses nor repeats an entry in pages of %i', async (limit) => {
    expect(await walk(log, { from, limit })).toEqual(newestFirst);
    const ofTenant = newestFirst.filter(({ tenant_id }) => tenant_id === 'acme');
    expect(await walk(log, { from, tenant_id: 'acme', limit })).toEqual(ofTenant);
    const ofActor = newestFirst.filter(({ actor }) => actor.subject === 'key_2');
    expect(await walk(log, { from, actor: 'key_2', limit })).toEqual(ofActor);
  });

  it('lists a change once: as started until its outcome is written', async () => {
    const own = await open();
    const [open1, closed, open2] = [5, 4, 3].map((days) =>
      entryAt(daysAgo(days), { tenant_id: 'acme', outcome: 'started' }),
    );
    if (!open1 || !closed || !open2) throw new Error('three were made');
    for (const entry of [open1, closed, open2]) await own.append(entry);
    const done: AuditEntry = { ...closed, outcome: 'done', after: 1 };
    await own.append(done);
    for (const limit of [1, 2, 3, 10]) {
      expect(await walk(own, { limit })).toEqual([open2, done, open1]);
      expect(await walk(own, { limit, tenant_id: 'acme' })).toEqual([open2, done, open1]);
    }
  });

  it('lists many refusals and changes in the order of their times', async () => {
    const own = await open();
    const mixed = Array.from({ length: 60 }, (_, index) =>
      entryAt(new Date(NOW - index * 60_000).toISOString(), {
        tenant_id: 'acme',
        ...(index % 5 > 0 && { outcome: 'refused', code: 'missing_scope' }),
      }),
    );
    for (const entry of mixed) await own.append(entry);
    expect(await walk(own, { limit: 7 })).toEqual(mixed);
    expect(await walk(own, { limit: 50, tenant_id: 'acme' })).toEqual(mixed);
  });

  it('continues where a page ended after newer entries were added', async () => {
    const own = await open();
    const [oldest, middle, newest] = [5, 4, 3].map((days) => entryAt(daysAgo(days)));
    if (!oldest || !middle || !newest) throw new Error('three were made');
    await own.append(oldest);
    await own.append(middle);
    const { items, nextCursor } = await own.list({ limit: 1 });
    await own.append(newest);
    expect(items).toEqual([middle]);
    expect(await own.list({ limit: 1, cursor: nextCursor })).toEqual({ items: [oldest] });
  });

  it('fills filtered pages, and ends without an empty page', async () => {
    const page = await log.list({ from, action: 'revokeKey', limit: 1 });
    expect(page.items.map(({ action }) => action)).toEqual(['revokeKey']);
    const last = await log.list({ from, action: 'revokeKey', limit: 1, cursor: page.nextCursor });
    expect(last.items.map(({ target }) => target)).toEqual(['key_1']);
    expect(last.nextCursor).toBeUndefined();
    const both = await log.list({ from, tenant_id: 'other', actor: 'key_2', action: 'revokeKey', limit: 5 });
    expect(both).toEqual({ items: newestFirst.slice(1, 2) });
    expect(await log.list({ from, actor: 'key', limit: 5 })).toEqual({ items: [] });
  });

  it('includes `from`, excludes `to`, and reads 30 days without either', async () => {
    const [first, second] = [newestFirst[2], newestFirst[6]];
    if (!first || !second) throw new Error('nine were made');
    const between = await log.list({ from: second.at, to: first.at, limit: 100 });
    expect(between.items).toEqual(newestFirst.slice(3, 7));
    const ofTenant = await log.list({ tenant_id: 'acme', from: second.at, to: first.at, limit: 100 });
    expect(ofTenant.items).toEqual(newestFirst.slice(3, 7).filter(({ tenant_id }) => tenant_id === 'acme'));
    expect((await log.list({ limit: 100 })).items).toEqual(newestFirst.slice(0, 6));
    expect((await log.list({ to: daysAgo(30), limit: 100 })).items).toEqual(newestFirst.slice(6, 7));
    expect(await log.list({ from: first.at, to: second.at, limit: 100 })).toEqual({ items: [] });
  });

  it('lists nothing from before the earliest time, whatever the range and the cursor are', async () => {
    const own = await open();
    const [before, at, after] = [3, 2, 1].map((days) => entryAt(daysAgo(days), { tenant_id: 'acme' }));
    for (const entry of [before, at, after]) if (entry) await own.append(entry);
    const bounded = { tenant_id: 'acme', earliest: daysAgo(2), limit: 5 };
    expect((await own.list(bounded)).items).toEqual([after, at]);
    expect((await own.list({ ...bounded, from })).items).toEqual([after, at]);
    expect(await own.list({ ...bounded, from, to: daysAgo(2) })).toEqual({ items: [] });
    const { nextCursor } = await own.list({ tenant_id: 'acme', limit: 2 });
    expect(await own.list({ ...bounded, cursor: nextCursor })).toEqual({ items: [] });
    expect(nextCursor).toBeDefined();
  });

  it('accepts times without milliseconds, and any range', async () => {
    const own = await open();
    const entry = entryAt('2026-11-01T00:00:00.000Z', { tenant_id: 'acme' });
    await own.append(entry);
    const exactly = { from: '2026-11-01T00:00:00Z', to: '2026-11-01T00:00:01Z', limit: 5 };
    expect((await own.list(exactly)).items).toEqual([entry]);
    expect(
      (await own.list({ from: '0001-01-01T00:00:00Z', to: '9999-12-31T00:00:00Z', limit: 5 })).items,
    ).toEqual([entry]);
  });

  it('keeps the first of two entries with the same time and id', async () => {
    const own = await open();
    const entry = entryAt(daysAgo(1));
    await own.append(entry);
    await own.append({ ...entry, action: 'forged', outcome: 'failed' });
    expect((await own.list({ limit: 5 })).items).toEqual([entry]);
  });

  it('accepts an entry about a name that cannot be a tenant id', async () => {
    const own = await open();
    const entries = ['', '../etc', 'x'.repeat(5000)].map((tenant_id) => entryAt(daysAgo(1), { tenant_id }));
    for (const entry of entries) await own.append(entry);
    expect(new Set((await own.list({ limit: 5 })).items)).toEqual(new Set(entries));
  });

  it('rejects the cursor of another query', async () => {
    const { nextCursor } = await log.list({ from, tenant_id: 'acme', limit: 1 });
    expect(nextCursor).toBeDefined();
    for (const other of [{ tenant_id: 'other' }, { tenant_id: 'acme', action: 'revokeKey' }, {}])
      await expect(log.list({ from, ...other, limit: 1, cursor: nextCursor })).rejects.toMatchObject({
        code: 'invalid_cursor',
      });
    await expect(log.list({ from, limit: 1, cursor: 'nonsense' })).rejects.toMatchObject({
      code: 'invalid_cursor',
    });
  });

  it('returns copies that cannot change the log', async () => {
    const page = await log.list({ from, limit: 100 });
    for (const entry of page.items) entry.action = 'forged';
    expect((await log.list({ from, limit: 100 })).items).toEqual(newestFirst);
  });
});

it('reads a bounded number of entries for a page, and continues by cursor', async () => {
  const log = dynamoAuditLog({ ...(await newAuditTable()), maxScanned: 3 });
  const entries = [7, 6, 5, 4, 3, 2, 1].map((days) =>
    entryAt(daysAgo(days), { action: days === 6 ? 'revokeKey' : 'changeTenant' }),
  );
  for (const entry of entries) await log.append(entry);
  const first = await log.list({ action: 'revokeKey', limit: 2 });
  expect(first).toEqual({ items: [], nextCursor: expect.any(String) });
  expect((await walk(log, { action: 'revokeKey', limit: 2 })).map(({ at }) => at)).toEqual([entries[1]?.at]);
});

it('writes refusals to partitions of their own, in the table and in the index, so that a flood of them throttles no change', async () => {
  const options = await newAuditTable();
  const log = dynamoAuditLog(options);
  const partitionsOf = async (outcome: AuditEntry['outcome'], count: number) => {
    for (let index = 0; index < count; index++)
      await log.append(entryAt(daysAgo(0), { tenant_id: outcome, outcome }));
    const { Items = [] } = await options.client.send(new ScanCommand({ TableName: options.table }));
    const own = Items.filter((item) => item.outcome?.S === outcome);
    return { table: own.map(({ pk }) => pk?.S), index: own.map(({ gsi_tenant }) => gsi_tenant?.S) };
  };
  const done = await partitionsOf('done', 3);
  const refused = await partitionsOf('refused', 64);
  expect(new Set(done.table).size).toBe(1);
  expect(new Set(refused.table).size).toBeGreaterThan(4);
  expect(refused.table.filter((partition) => done.table.includes(partition))).toEqual([]);
  expect(refused.index.every((partition) => partition === 'TENANT#refused#REFUSED')).toBe(true);
});
