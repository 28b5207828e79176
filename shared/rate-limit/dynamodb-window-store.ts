import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import * as z from 'zod';
import { itemReader } from '#shared/aws/dynamodb-item.ts';
import { windowsKey } from '#shared/aws/dynamodb-keys.ts';
import { type Item, openTable, type TableOptions } from '#shared/aws/dynamodb-table.ts';
import type { Charge, WindowStore, Windows } from './window-store.ts';

export const LimitsTableEnv = z.object({ LIMITS_TABLE: z.string().min(1) });

/** Every call waits for this client, so it times out early. Milliseconds. Without `throwOnRequestTimeout` the SDK only warns. */
const impatientClient = () =>
  new DynamoDBClient({
    maxAttempts: 2,
    requestHandler: { requestTimeout: 2_000, throwOnRequestTimeout: true },
  });
/** Seconds until a tenant's item expires: long after its windows have ended. */
const RETENTION = 3600;

const STARTED = 'started ';
const USED = 'used ';

const readWindow = itemReader('limits', z.object({ startedAt: z.number(), used: z.number() }));

function windowsOf(item: Item = {}): Windows {
  const counters = Object.keys(item).flatMap((name) =>
    name.startsWith(STARTED) ? name.slice(STARTED.length) : [],
  );
  const { pk, sk } = item;
  return new Map(
    counters.map((counter) => {
      const window = { pk, sk, startedAt: item[`${STARTED}${counter}`], used: item[`${USED}${counter}`] };
      return [counter, readWindow(window)];
    }),
  );
}

/** Stores the limiter's windows in DynamoDB: one item per tenant and one per person, all counters of a call in one write. */
export function dynamoWindows({ table: name, client = impatientClient() }: TableOptions): WindowStore {
  const table = openTable({ table: name, client });
  return {
    async read(tenant, person) {
      return windowsOf(await table.get(windowsKey(tenant, person)));
    },
    async take(tenant, charges, now, endedBy, person) {
      const parts = charges.map((charge, at) => partOf(charge, at, now, endedBy));
      const { applied, item } = await table.update(windowsKey(tenant, person), {
        UpdateExpression: `SET expires_at = :expires, ${parts.map(({ set }) => set).join(', ')}`,
        ConditionExpression: parts.map(({ condition }) => `(${condition})`).join(' AND '),
        ExpressionAttributeNames: Object.assign({}, ...parts.map(({ names }) => names)),
        ExpressionAttributeValues: Object.assign(
          { ':expires': Math.ceil(now / 1000) + RETENTION },
          ...parts.map(({ values }) => values),
        ),
      });
      return { taken: applied, windows: windowsOf(item) };
    },
  };
}

/** Returns one counter's part of the update. */
function partOf({ counter, amount, limit, from }: Charge, at: number, now: number, endedBy: number) {
  const [started, used] = [`#started${at}`, `#used${at}`];
  const names = { [started]: `${STARTED}${counter}`, [used]: `${USED}${counter}` };
  if (from === undefined) {
    return {
      names,
      set: `${started} = :now${at}, ${used} = :amount${at}`,
      condition: `attribute_not_exists(${started}) OR ${started} <= :ended${at}`,
      values: { [`:now${at}`]: now, [`:amount${at}`]: amount, [`:ended${at}`]: endedBy },
    };
  }
  return {
    names,
    set: `${used} = ${used} + :amount${at}`,
    condition: `${started} = :from${at} AND ${used} <= :room${at}`,
    values: { [`:from${at}`]: from, [`:amount${at}`]: amount, [`:room${at}`]: limit - amount },
  };
}
