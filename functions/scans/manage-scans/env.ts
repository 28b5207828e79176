import { IdempotentGuardsEnv } from '#shared/guards/guards.ts';
import { ScansQueueEnv } from '#shared/jobs/sqs-job-queue.ts';
import { TenantsTableEnv } from '#shared/tenants/dynamodb-tenant-store.ts';

export const Env = IdempotentGuardsEnv.extend(TenantsTableEnv.shape).extend(ScansQueueEnv.shape);
