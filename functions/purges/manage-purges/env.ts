import { OperatorGuardsEnv } from '#shared/guards/guards.ts';
import { ActivityTableEnv } from '#shared/health/dynamodb-heartbeats.ts';
import { PurgesQueueEnv } from '#shared/jobs/sqs-job-queue.ts';
import { TenantsTableEnv } from '#shared/tenants/dynamodb-tenant-store.ts';

export const Env = TenantsTableEnv.extend(ActivityTableEnv.shape)
  .extend(PurgesQueueEnv.shape)
  .extend(OperatorGuardsEnv.shape);
