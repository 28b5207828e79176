import { z } from 'zod';
import { minuteKey, summandKey, sumsKey } from '#shared/aws/dynamodb-activity-keys.ts';
import { pause } from '#shared/aws/dynamodb-errors.ts';
import { itemReader } from '#shared/aws/dynamodb-item.ts';
import type { Key } from '#shared/aws/dynamodb-keys.ts';
import {
  type Item,
  openTable,
  type TableOptions,
  type Update,
  type Write,
} from '#shared/aws/dynamodb-table.ts';
import type { TenantId } from '#shared/kernel/ids.ts';
import { Problem } from '#shared/kernel/problems.ts';
import { CONFLICT, retryOnConflict } from '#shared/kernel/retry-on-conflict.ts';
import { type Counters, difference, INDEXED, sumOf } from './statistics.ts';
import type { CountedId, ReadContributions, StatisticsStore } from './statistics-store.ts';

/** Images and groups of one transaction: it holds 100 items, and the sums are among them. */
const BATCH = 90;
const ATTEMPTS = 8;
const MINUTE = 60_000;

const CountersField = z.record(z.string(), z.number());
const Summand = z.object({ sk: z.string(), counters: CountersField, version: z.number() });
const readSummand = itemReader('activity', Summand);
const readCounters = itemReader('activity', CountersField);
const readMinute = itemReader('activity', z.object({ indexed: z.number() }));

/**
 * Statistics in the table `activity`: a summand for each image and group, and the sums, changed in one transaction. Its
 * condition is that no summand has changed since it was read; else all are read again.
 */
export function dynamoStatisticsStore(options: TableOptions, now: () => number = Date.now): StatisticsStore {
  const table = openTable(options);

  async function updateBatch(
    tenant: TenantId,
    ids: readonly CountedId[],
    read: ReadContributions,
  ): Promise<void> {
    const exhausted = () =>
      new Problem('dependency_unavailable', 'The statistics are contended. Try again in a moment.');
    await retryOnConflict({ attempts: ATTEMPTS, pause, exhausted }, async () => {
      const items = await table.getMany(ids.map((id) => summandKey(tenant, id)));
      const before = new Map(items.map(readSummand).map((summand) => [summand.sk, summand]));
      const after = await read(ids); // after the summands, so that an older reading never replaces a newer one
      const changes = ids.flatMap((id) => {
        const key = summandKey(tenant, id);
        const change = { key, before: before.get(key.sk), after: after.get(id) };
        const by = difference(change.before?.counters ?? {}, change.after ?? {});
        return Object.keys(by).length > 0 ? [{ ...change, by }] : [];
      });
      if (changes.length === 0) return true;
      const writes = [...changes.map(summandWrite), ...sumWrites(tenant, changes, now())];
      return (await table.writeTogether(writes)) || CONFLICT;
    });
  }

  return {
    async update(tenant, ids, read) {
      const unique = [...new Set(ids)];
      for (let from = 0; from < unique.length; from += BATCH)
        await updateBatch(tenant, unique.slice(from, from + BATCH), read);
    },
    async read(tenant) {
      return countersIn(await table.get(sumsKey(tenant)));
    },
    async readMany(tenants) {
      const items = await table.getMany([...new Set(tenants)].map(sumsKey));
      const sums = new Map(items.map((item) => [item.pk, countersIn(item)]));
      return new Map(
        tenants.flatMap((tenant) => {
          const counters = sums.get(sumsKey(tenant).pk);
          return counters ? [[tenant, counters] as const] : [];
        }),
      );
    },
    async indexingRate(tenant) {
      const time = now();
      const items = await table.getMany([minuteKey(tenant, time), minuteKey(tenant, time - MINUTE)]);
      const indexed = items.map(readMinute).reduce((sum, minute) => sum + minute.indexed, 0);
      return indexed / ((MINUTE + (time % MINUTE)) / 1000); // over the previous minute and the elapsed part of this one
    },
  };
}

const countersIn = (item: Item = {}): Counters => {
  const { pk: _pk, sk: _sk, ...counters } = item;
  return readCounters(counters);
};

interface Change {
  key: Key;
  before: z.infer<typeof Summand> | undefined;
  after: Counters | undefined;
  by: Counters;
}

function summandWrite({ key, before, after }: Change): Write {
  const condition = before
    ? {
        ConditionExpression: '#version = :version',
        ExpressionAttributeNames: { '#version': 'version' },
        ExpressionAttributeValues: { ':version': before.version },
      }
    : { ConditionExpression: 'attribute_not_exists(pk)' };
  if (!after) return { Delete: { Key: key, ...condition } };
  return { Put: { Item: { ...key, counters: after, version: (before?.version ?? 0) + 1 }, ...condition } };
}

function sumWrites(tenant: TenantId, changes: readonly Change[], time: number): Write[] {
  const by = difference({}, sumOf(changes.map((change) => change.by)));
  const gained = changes.reduce((sum, change) => sum + Math.max(0, change.by[INDEXED] ?? 0), 0);
  return [
    ...(Object.keys(by).length > 0 ? [{ Update: { Key: sumsKey(tenant), ...adding(by) } }] : []),
    ...(gained > 0 ? [{ Update: { Key: minuteKey(tenant, time), ...indexing(gained, time) } }] : []),
  ];
}

function adding(by: Counters): Update {
  const entries = Object.entries(by);
  return {
    UpdateExpression: `ADD ${entries.map((_, at) => `#n${at} :v${at}`).join(', ')}`,
    ExpressionAttributeNames: Object.fromEntries(entries.map(([name], at) => [`#n${at}`, name])),
    ExpressionAttributeValues: Object.fromEntries(entries.map(([, value], at) => [`:v${at}`, value])),
  };
}

const indexing = (gained: number, time: number): Update => ({
  UpdateExpression: 'ADD #indexed :gained SET #expires_at = :soon',
  ExpressionAttributeNames: { '#indexed': 'indexed', '#expires_at': 'expires_at' },
  ExpressionAttributeValues: { ':gained': gained, ':soon': Math.ceil((time + 10 * MINUTE) / 1000) },
});
