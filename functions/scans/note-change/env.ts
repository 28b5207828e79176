import * as z from 'zod';
import { ActivityTableEnv } from '#shared/health/dynamodb-heartbeats.ts';
import { ScansQueueEnv } from '#shared/jobs/sqs-job-queue.ts';
import { CatalogueTableEnv } from '#shared/scans/dynamodb-catalogue.ts';
import { TenantsTableEnv } from '#shared/tenants/dynamodb-tenant-store.ts';

export const Env = z.object({
  ...TenantsTableEnv.shape,
  ...ActivityTableEnv.shape,
  ...CatalogueTableEnv.shape,
  ...ScansQueueEnv.shape,
});
