import * as z from 'zod';
import { ActivityTableEnv } from '#shared/health/dynamodb-heartbeats.ts';
import { ScansQueueEnv } from '#shared/jobs/sqs-job-queue.ts';
import { TenantsTableEnv } from '#shared/tenants/dynamodb-tenant-store.ts';

export const Env = TenantsTableEnv.extend(ActivityTableEnv.shape).extend(ScansQueueEnv.shape).extend({
  /** Seconds after which a run leaves the rest to the next one. */
  START_SCANS_BUDGET_SECONDS: z.coerce.number().positive(),
});
