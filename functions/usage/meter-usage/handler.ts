import { s3Blobs } from '#shared/blobs/s3-blobs.ts';
import { TenantUsageV1 } from '#shared/contracts/events/tenant-usage.v1.ts';
import { snsPublisher } from '#shared/messaging/sns-publisher.ts';
import { countUsage } from '#shared/runtime/business-metrics.ts';
import { readEnv } from '#shared/runtime/env.ts';
import { queueFunction } from '#shared/runtime/queue.ts';
import { dynamoTenantStore } from '#shared/tenants/dynamodb-tenant-store.ts';
import { dynamoThresholdStore } from '#shared/usage/dynamodb-threshold-store.ts';
import { dynamoUsageStore } from '#shared/usage/dynamodb-usage-store.ts';
import { meterUsage } from '#shared/usage/meter-usage.ts';
import { tellThresholds } from '#shared/usage/tell-thresholds.ts';
import { Env } from './env.ts';

const env = readEnv(Env);
const meter = meterUsage({
  usage: dynamoUsageStore({ table: env.ACTIVITY_TABLE }),
  tenants: dynamoTenantStore({ table: env.TENANTS_TABLE }),
  blobs: s3Blobs({ bucket: env.IMAGES_BUCKET }),
  report: countUsage,
  tell: tellThresholds({
    thresholds: dynamoThresholdStore({ table: env.ACTIVITY_TABLE }),
    publisher: snsPublisher({ topicArn: env.EVENTS_TOPIC_ARN }),
  }),
});

export const handler = queueFunction({
  body: TenantUsageV1,
  run: (messages) => meter(messages.map(({ body }) => body)),
});
