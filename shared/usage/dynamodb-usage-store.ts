import { pause } from '#shared/aws/dynamodb-errors.ts';
import { type Item, type Key, openTable, type TableOptions, type Write } from '#shared/aws/dynamodb-table.ts';
import type { TenantId } from '#shared/kernel/ids.ts';
import { Problem } from '#shared/kernel/problems.ts';
import { addUsage, type DailyUsage, NO_USAGE, type Usage } from './usage.ts';
import type { MeteredCall, UsageStore } from './usage-store.ts';

/** Calls of one transaction: 100 items are its most, and the counters of two days and two months are among them. */
const CALLS_TOGETHER = 96;
const ATTEMPTS = 6;
/** Days: a message lives 4 in its queue and 14 as a dead letter. */
const MARKER_DAYS = 19;

const partition = (tenant: TenantId): string => `TENANT#${tenant}#USAGE`;
const monthKey = (tenant: TenantId, period: string): Key => ({
  pk: partition(tenant),
  sk: `MONTH#${period}`,
});
const markerKey = (tenant: TenantId, { id }: MeteredCall): Key => ({
  pk: `TENANT#${tenant}#METERED#${/[0-9a-f]/.exec(id)?.[0] ?? '0'}`,
  sk: id,
});

/**
 * Counters in the table `activity`. A call's marker is written in the same transaction as the counters that it moves:
 * what is told again finds its marker, and moves nothing.
 */
export function dynamoUsageStore(options: TableOptions, now: () => number = Date.now): UsageStore {
  const table = openTable(options);

  /** @returns the calls that have no marker yet; each once */
  async function uncounted(tenant: TenantId, calls: readonly MeteredCall[]): Promise<MeteredCall[]> {
    const byId = new Map(calls.map((call) => [call.id, call]));
    const found = await table.getMany([...byId.values()].map((call) => markerKey(tenant, call)));
    for (const { sk } of found) byId.delete(String(sk));
    return [...byId.values()];
  }

  async function count(tenant: TenantId, calls: readonly MeteredCall[]): Promise<Usage> {
    for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
      const fresh = await uncounted(tenant, calls);
      if (fresh.length === 0) return NO_USAGE;
      if (await table.writeTogether(writes(tenant, fresh, now()))) return sumOf(fresh);
      await pause(attempt); // somebody else counted one of them since they were read
    }
    throw new Problem('dependency_unavailable', 'The usage counters are contended. Try again in a moment.');
  }

  return {
    async meter(tenant, calls) {
      let sum = NO_USAGE;
      for (let from = 0; from < calls.length; from += CALLS_TOGETHER)
        sum = addUsage(sum, await count(tenant, calls.slice(from, from + CALLS_TOGETHER)));
      return sum;
    },
    async read(tenant, period) {
      const daily: DailyUsage[] = [];
      for await (const item of table.query({
        KeyConditionExpression: 'pk = :pk AND begins_with(sk, :days)',
        ExpressionAttributeValues: { ':pk': partition(tenant), ':days': `DAY#${period}` },
      }))
        daily.push({ date: String(item.sk).slice('DAY#'.length), ...usageIn(item) });
      return { total: daily.reduce(addUsage, NO_USAGE), daily };
    },
    async readTotals(tenants, period) {
      const items = await table.getMany([...new Set(tenants)].map((tenant) => monthKey(tenant, period)));
      const found = new Map(items.map((item) => [item.pk, usageIn(item)]));
      return new Map(
        tenants.flatMap((tenant) => {
          const usage = found.get(partition(tenant));
          return usage ? [[tenant, usage] as const] : [];
        }),
      );
    },
  };
}

const usageIn = ({ requests, searches, uploads }: Item): Usage => ({
  requests: Number(requests ?? 0),
  searches: Number(searches ?? 0),
  uploads: Number(uploads ?? 0),
});

const sumOf = (calls: readonly MeteredCall[]): Usage =>
  calls.map(({ usage }) => usage).reduce(addUsage, NO_USAGE);

/** A marker for each call, and what they add to each day and month. */
function writes(tenant: TenantId, calls: readonly MeteredCall[], now: number): Write[] {
  const expires_at = Math.ceil(now / 1000) + MARKER_DAYS * 24 * 60 * 60; // DynamoDB's TTL counts seconds
  const days = Map.groupBy(calls, ({ at }) => `DAY#${at.slice(0, 10)}`);
  const months = Map.groupBy(calls, ({ at }) => `MONTH#${at.slice(0, 7)}`);
  return [
    ...calls.map((call) => ({
      Put: {
        Item: { ...markerKey(tenant, call), expires_at },
        ConditionExpression: 'attribute_not_exists(pk)',
      },
    })),
    ...[...days, ...months].map(([sk, own]) => ({
      Update: { Key: { pk: partition(tenant), sk }, ...adding(sumOf(own)) },
    })),
  ];
}

const adding = ({ requests, searches, uploads }: Usage) => ({
  UpdateExpression: 'ADD requests :requests, searches :searches, uploads :uploads',
  ExpressionAttributeValues: { ':requests': requests, ':searches': searches, ':uploads': uploads },
});
