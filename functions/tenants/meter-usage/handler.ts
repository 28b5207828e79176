import { s3Blobs } from '#shared/blobs/s3.ts';
import { dynamoTenants } from '#shared/catalog/dynamodb-tenants.ts';
import { dynamoUsage } from '#shared/catalog/dynamodb-usage.ts';
import { TenantUsageV1 } from '#shared/events/tenant-usage.v1.ts';
import { meterUsage } from '#shared/flows/tenants/meter-usage.ts';
import { countUsage } from '#shared/runtime/business-metrics.ts';
import { readEnv } from '#shared/runtime/env.ts';
import { queueFunction } from '#shared/runtime/queue.ts';
import { Env } from './env.ts';

const env = readEnv(Env);
const meter = meterUsage({
  tenants: dynamoTenants({ table: env.TENANTS_TABLE }),
  usage: dynamoUsage({ table: env.ACTIVITY_TABLE }),
  blobs: s3Blobs({ bucket: env.PICTURES_BUCKET }),
  report: countUsage,
});

export const handler = queueFunction({
  body: TenantUsageV1,
  run: (messages) => meter(messages.map(({ body }) => body)),
});
