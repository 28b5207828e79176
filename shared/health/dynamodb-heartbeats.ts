import * as z from 'zod';
import { heartbeatKey } from '#shared/aws/dynamodb-activity-keys.ts';
import { itemReader } from '#shared/aws/dynamodb-item.ts';
import { openTable, type TableOptions } from '#shared/aws/dynamodb-table.ts';
import type { Heartbeats } from './heartbeats.ts';

export const ActivityTableEnv = z.object({ ACTIVITY_TABLE: z.string().min(1) });

const readHeartbeat = itemReader(
  'activity',
  z.object({ at: z.string(), detail: z.string(), counts_until: z.number() }),
);

/** Stores heartbeats in the table `activity`. */
export function dynamoHeartbeats(options: TableOptions): Heartbeats {
  const table = openTable(options);
  return {
    async record(service, at, ttlSeconds, detail) {
      const counts_until = at.getTime() + ttlSeconds * 1000;
      const expires_at = Math.ceil(counts_until / 1000);
      await table.put({ ...heartbeatKey(service), at: at.toISOString(), detail, counts_until, expires_at });
    },
    async last(service) {
      const item = await table.get(heartbeatKey(service));
      const heartbeat = item && readHeartbeat(item);
      if (!heartbeat || heartbeat.counts_until <= Date.now()) return undefined; // TTL removes items hours late
      return { at: heartbeat.at, detail: heartbeat.detail };
    },
  };
}
