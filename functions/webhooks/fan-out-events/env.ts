import { ActivityTableEnv } from '#shared/health/dynamodb-heartbeats.ts';
import { TenantsTableEnv } from '#shared/tenants/dynamodb-tenant-store.ts';
import { AttemptQueueEnv } from '#shared/webhooks/sqs-attempt-queue.ts';

export const Env = TenantsTableEnv.extend(ActivityTableEnv.shape).extend(AttemptQueueEnv.shape);
