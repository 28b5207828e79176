import * as z from 'zod';
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
import { PIPELINE_STAGES, passedBetween } from './pipeline-stages.ts';
import { type Counters, difference, sumOf } from './statistics.ts';
import type { CountedId, ReadContributions, StatisticsStore } from './statistics-store.ts';

/** Images and groups of one transaction: it holds 100 items, and the sums are among them. */
const BATCH = 90;
const ATTEMPTS = 8;
const MINUTE = 60_000;

const CountersField = z.record(z.string(), z.number());
const Summand = z.object({ sk: z.string(), counters: CountersField, version: z.number() });
const readSummand = itemReader('activity', Summand);
const readCounters = itemReader('activity', CountersField);
/** Reads how many images passed each stage in a minute. */
const readMinute = itemReader(
  'activity',
  z.object({
    validated: z.number().default(0),
    processed: z.number().default(0),
    indexed: z.number().default(0),
    detected: z.number().default(0),
  }),
);

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
    async rates(tenant) {
      const time = now();
      const items = await table.getMany([minuteKey(tenant, time), minuteKey(tenant, time - MINUTE)]);
      const minutes = items.map(readMinute);
      const seconds = (MINUTE + (time % MINUTE)) / 1000; // of the previous minute and the elapsed part of this one
      return Object.fromEntries(
        PIPELINE_STAGES.map(({ passed }) => [
          passed,
          minutes.reduce((sum, minute) => sum + minute[passed], 0) / seconds,
        ]),
      );
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
  const gained = sumOf(changes.map((change) => passedBetween(change.before?.counters, change.after)));
  return [
    ...(Object.keys(by).length > 0 ? [{ Update: { Key: sumsKey(tenant), ...adding(by) } }] : []),
    ...(Object.keys(gained).length > 0
      ? [{ Update: { Key: minuteKey(tenant, time), ...inMinute(gained, time) } }]
      : []),
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

/** Adds to the counts of a minute, which expires soon. */
function inMinute(by: Counters, time: number): Update {
  const add = adding(by);
  return {
    UpdateExpression: `${add.UpdateExpression} SET #expires_at = :soon`,
    ExpressionAttributeNames: { ...add.ExpressionAttributeNames, '#expires_at': 'expires_at' },
    ExpressionAttributeValues: {
      ...add.ExpressionAttributeValues,
      ':soon': Math.ceil((time + 10 * MINUTE) / 1000),
    },
  };
}
