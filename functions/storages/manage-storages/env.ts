import * as z from 'zod';
import { IdempotentGuardsEnv } from '#shared/guards/guards.ts';
import { StorageRemovalsQueueEnv } from '#shared/jobs/sqs-job-queue.ts';
import { SecretsEnv } from '#shared/secrets/secretsmanager-secret-store.ts';
import { BucketEventsEnv } from '#shared/storages/eventbridge-bucket-events.ts';
import { TenantsTableEnv } from '#shared/tenants/dynamodb-tenant-store.ts';
import { WebEnv } from '#shared/web/address-guard.ts';

export const Env = TenantsTableEnv.extend(SecretsEnv.shape)
  .extend(StorageRemovalsQueueEnv.shape)
  .extend(BucketEventsEnv.shape)
  .extend(WebEnv.shape)
  .extend(IdempotentGuardsEnv.shape)
  .extend({
    /** The principal that trust policies name, so that these functions may assume a role: our account. */
    STORAGE_PRINCIPAL: z.string().startsWith('arn:'),
  });
