import { z } from 'zod';
import { heartbeatKey } from '#shared/aws/dynamodb-activity-keys.ts';
import { openTable, type TableOptions } from '#shared/aws/dynamodb-table.ts';
import type { Heartbeats } from './heartbeats.ts';

export const ActivityTableEnv = z.object({ ACTIVITY_TABLE: z.string().min(1) });

const Beat = z.object({ at: z.string(), detail: z.string(), counts_until: z.number() });

/** Signs of life in DynamoDB. */
export function dynamoHeartbeats(options: TableOptions): Heartbeats {
  const table = openTable(options);
  return {
    async beat(service, at, ttlSeconds, detail) {
      const counts_until = at.getTime() + ttlSeconds * 1000;
      const expires_at = Math.ceil(counts_until / 1000);
      await table.put({ ...heartbeatKey(service), at: at.toISOString(), detail, counts_until, expires_at });
    },
    async last(service) {
      const item = await table.get(heartbeatKey(service));
      const beat = item && Beat.parse(item);
      // TTL removes items hours late
      return beat && beat.counts_until > Date.now() ? { at: beat.at, detail: beat.detail } : undefined;
    },
  };
}
