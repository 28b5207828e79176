import { minuteKey, summandKey, sumsKey } from '#shared/aws/dynamodb-activity-keys.ts';
import { pause } from '#shared/aws/dynamodb-errors.ts';
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

/** Things of one transaction: 100 items are its most, and the sums are among them. */
const TOGETHER = 90;
const ATTEMPTS = 8;
const MINUTE = 60_000;

/** What a thing added, as it was last written. */
interface Noted {
  counters: Counters;
  version: number;
}

/**
 * Statistics in the table `activity`: what each thing adds, and the sums, changed in one transaction. It holds only
 * where none of the things was changed by somebody else since it was read; then all is read again.
 */
export function dynamoStatisticsStore(options: TableOptions, now: () => number = Date.now): StatisticsStore {
  const table = openTable(options);

  async function noted(tenant: TenantId, things: readonly CountedId[]): Promise<Map<string, Noted>> {
    const items = await table.getMany(things.map((thing) => summandKey(tenant, thing)));
    // The cast: nothing but this adapter writes these items.
    return new Map(items.map((item) => [String(item.sk), item as unknown as Noted]));
  }

  async function updateSome(
    tenant: TenantId,
    things: readonly CountedId[],
    look: ReadContributions,
  ): Promise<void> {
    const exhausted = () =>
      new Problem('dependency_unavailable', 'The statistics are contended. Try again in a moment.');
    await retryOnConflict({ attempts: ATTEMPTS, pause, exhausted }, async () => {
      const before = await noted(tenant, things);
      const after = await look(things); // after what was noted: an older look can never replace a newer one
      const changes = things.flatMap((thing) => {
        const key = summandKey(tenant, thing);
        const change = { key, before: before.get(key.sk), after: after.get(thing) };
        const by = difference(change.before?.counters ?? {}, change.after ?? {});
        return Object.keys(by).length > 0 ? [{ ...change, by }] : [];
      });
      if (changes.length === 0) return true;
      const writes = [...changes.map(thingWrite), ...sumWrites(tenant, changes, now())];
      return (await table.writeTogether(writes)) || CONFLICT;
    });
  }

  return {
    async update(tenant, things, look) {
      const each = [...new Set(things)];
      for (let from = 0; from < each.length; from += TOGETHER)
        await updateSome(tenant, each.slice(from, from + TOGETHER), look);
    },
    async read(tenant) {
      return countersIn(await table.get(sumsKey(tenant)));
    },
    async readMany(tenants) {
      const items = await table.getMany([...new Set(tenants)].map(sumsKey));
      const found = new Map(items.map((item) => [item.pk, countersIn(item)]));
      return new Map(
        tenants.flatMap((tenant) => {
          const counters = found.get(sumsKey(tenant).pk);
          return counters ? [[tenant, counters] as const] : [];
        }),
      );
    },
    async indexingRate(tenant) {
      const time = now();
      const items = await table.getMany([minuteKey(tenant, time), minuteKey(tenant, time - MINUTE)]);
      const indexed = items.reduce((sum, { indexed }) => sum + Number(indexed), 0);
      return indexed / ((MINUTE + (time % MINUTE)) / 1000); // the whole minute before, and what has passed of this one
    },
  };
}

const countersIn = (item: Item = {}): Counters => {
  const { pk, sk, ...counters } = item;
  return counters as Counters; // nothing but this adapter writes the item
};

interface Change {
  key: Key;
  before: Noted | undefined;
  after: Counters | undefined;
  by: Counters;
}

function thingWrite({ key, before, after }: Change): Write {
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
