import * as z from 'zod';
import {
  dateOf,
  meteredKey,
  usageDayKey,
  usageMonthKey,
  usagePartition,
} from '#shared/aws/dynamodb-activity-keys.ts';
import { pause } from '#shared/aws/dynamodb-errors.ts';
import { itemReader } from '#shared/aws/dynamodb-item.ts';
import { openTable, type TableOptions, type Write } from '#shared/aws/dynamodb-table.ts';
import type { TenantId } from '#shared/kernel/ids.ts';
import { periodAt } from '#shared/kernel/period.ts';
import { Problem } from '#shared/kernel/problems.ts';
import { CONFLICT, retryOnConflict } from '#shared/kernel/retry-on-conflict.ts';
import { addUsage, type DailyUsage, NO_USAGE, type Usage } from './usage.ts';
import type { MeteredCall, UsageStore } from './usage-store.ts';

/** Calls of one transaction: it holds 100 items, four of which are the counters of two days and two months. */
const CALLS_TOGETHER = 96;
const ATTEMPTS = 6;
/** Days: a message stays for 4 in its queue and for 14 in the dead-letter queue. */
const MARKER_DAYS = 19;

const Counter = z.number().default(0); // absent until it is first incremented
const readUsage = itemReader(
  'activity',
  z.object({ requests: Counter, searches: Counter, uploads: Counter }),
);

/**
 * Counters in the table `activity`. A call's marker is written in the same transaction as the counters that it
 * increments, so that a redelivered event finds the marker and counts nothing.
 */
export function dynamoUsageStore(options: TableOptions, now: () => number = Date.now): UsageStore {
  const table = openTable(options);

  /** Returns the calls without a marker, each once. */
  async function uncounted(tenant: TenantId, calls: readonly MeteredCall[]): Promise<MeteredCall[]> {
    const byId = new Map(calls.map((call) => [call.id, call]));
    const markers = await table.getMany([...byId.values()].map((call) => meteredKey(tenant, call.id)));
    for (const { sk } of markers) byId.delete(String(sk));
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
        daily.push({ date: dateOf(String(item.sk)), ...readUsage(item) });
      return { total: daily.reduce(addUsage, NO_USAGE), daily };
    },
    async readTotals(tenants, period) {
      const items = await table.getMany([...new Set(tenants)].map((tenant) => usageMonthKey(tenant, period)));
      const totals = new Map(items.map((item) => [item.pk, readUsage(item)]));
      return new Map(
        tenants.flatMap((tenant) => {
          const usage = totals.get(usagePartition(tenant));
          return usage ? [[tenant, usage] as const] : [];
        }),
      );
    },
  };
}

const sumOf = (calls: readonly MeteredCall[]): Usage =>
  calls.map(({ usage }) => usage).reduce(addUsage, NO_USAGE);

/** Returns a marker for each call, and the increments of each day and month. */
function writes(tenant: TenantId, calls: readonly MeteredCall[], now: number): Write[] {
  const expires_at = Math.ceil(now / 1000) + MARKER_DAYS * 24 * 60 * 60; // DynamoDB's TTL counts seconds
  const days = Map.groupBy(calls, ({ at }) => at.slice(0, 10));
  const months = Map.groupBy(calls, ({ at }) => periodAt(at));
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
