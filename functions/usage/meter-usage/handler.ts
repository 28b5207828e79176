import { s3Blobs } from '#shared/blobs/s3-blobs.ts';
import { TenantUsageV1 } from '#shared/contracts/events/tenant-usage.v1.ts';
import { countUsage } from '#shared/runtime/business-metrics.ts';
import { readEnv } from '#shared/runtime/env.ts';
import { queueFunction } from '#shared/runtime/queue.ts';
import { dynamoTenantStore } from '#shared/tenants/dynamodb-tenant-store.ts';
import { dynamoUsageStore } from '#shared/usage/dynamodb-usage-store.ts';
import { meterUsage } from '#shared/usage/meter-usage.ts';
import { Env } from './env.ts';

const env = readEnv(Env);
const meter = meterUsage({
  tenants: dynamoTenantStore({ table: env.TENANTS_TABLE }),
  usage: dynamoUsageStore({ table: env.ACTIVITY_TABLE }),
  blobs: s3Blobs({ bucket: env.IMAGES_BUCKET }),
  report: countUsage,
});

export const handler = queueFunction({
  body: TenantUsageV1,
  run: (messages) => meter(messages.map(({ body }) => body)),
});
