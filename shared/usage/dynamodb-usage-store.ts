import {
  dateOf,
  meteredKey,
  usageDayKey,
  usageMonthKey,
  usagePartition,
} from '#shared/aws/dynamodb-activity-keys.ts';
import { pause } from '#shared/aws/dynamodb-errors.ts';
import { type Item, openTable, type TableOptions, type Write } from '#shared/aws/dynamodb-table.ts';
import type { TenantId } from '#shared/kernel/ids.ts';
import { Problem } from '#shared/kernel/problems.ts';
import { CONFLICT, retryOnConflict } from '#shared/kernel/retry-on-conflict.ts';
import { addUsage, type DailyUsage, NO_USAGE, type Usage } from './usage.ts';
import type { MeteredCall, UsageStore } from './usage-store.ts';

/** Calls of one transaction: 100 items are its most, and the counters of two days and two months are among them. */
const CALLS_TOGETHER = 96;
const ATTEMPTS = 6;
/** Days: a message lives 4 in its queue and 14 as a dead letter. */
const MARKER_DAYS = 19;

/**
 * Counters in the table `activity`. A call's marker is written in the same transaction as the counters that it moves:
 * what is told again finds its marker, and moves nothing.
 */
export function dynamoUsageStore(options: TableOptions, now: () => number = Date.now): UsageStore {
  const table = openTable(options);

  /** @returns the calls that have no marker yet; each once */
  async function uncounted(tenant: TenantId, calls: readonly MeteredCall[]): Promise<MeteredCall[]> {
    const byId = new Map(calls.map((call) => [call.id, call]));
    const found = await table.getMany([...byId.values()].map((call) => meteredKey(tenant, call.id)));
    for (const { sk } of found) byId.delete(String(sk));
    return [...byId.values()];
  }

  async function count(tenant: TenantId, calls: readonly MeteredCall[]): Promise<Usage> {
    const exhausted = () =>
      new Problem('dependency_unavailable', 'The usage counters are contended. Try again in a moment.');
    return retryOnConflict({ attempts: ATTEMPTS, pause, exhausted }, async () => {
      const fresh = await uncounted(tenant, calls);
      if (fresh.length === 0) return NO_USAGE;
      const written = await table.writeTogether(writes(tenant, fresh, now()));
      return written ? sumOf(fresh) : CONFLICT; // another function has counted one of them since they were read
    });
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
      const { pk, sk: days } = usageDayKey(tenant, period);
      for await (const item of table.query({
        KeyConditionExpression: 'pk = :pk AND begins_with(sk, :days)',
        ExpressionAttributeValues: { ':pk': pk, ':days': days },
      }))
        daily.push({ date: dateOf(String(item.sk)), ...usageIn(item) });
      return { total: daily.reduce(addUsage, NO_USAGE), daily };
    },
    async readTotals(tenants, period) {
      const items = await table.getMany([...new Set(tenants)].map((tenant) => usageMonthKey(tenant, period)));
      const found = new Map(items.map((item) => [item.pk, usageIn(item)]));
      return new Map(
        tenants.flatMap((tenant) => {
          const usage = found.get(usagePartition(tenant));
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
  const days = Map.groupBy(calls, ({ at }) => at.slice(0, 10));
  const months = Map.groupBy(calls, ({ at }) => at.slice(0, 7));
  return [
    ...calls.map((call) => ({
      Put: {
        Item: { ...meteredKey(tenant, call.id), expires_at },
        ConditionExpression: 'attribute_not_exists(pk)',
      },
    })),
    ...[...days].map(([date, own]) => ({
      Update: { Key: usageDayKey(tenant, date), ...adding(sumOf(own)) },
    })),
    ...[...months].map(([month, own]) => ({
      Update: { Key: usageMonthKey(tenant, month), ...adding(sumOf(own)) },
    })),
  ];
}

const adding = ({ requests, searches, uploads }: Usage) => ({
  UpdateExpression: 'ADD requests :requests, searches :searches, uploads :uploads',
  ExpressionAttributeValues: { ':requests': requests, ':searches': searches, ':uploads': uploads },
});
