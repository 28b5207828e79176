import { IdempotentGuardsEnv } from '#shared/guards/guards.ts';
import { WebhookReplaysQueueEnv } from '#shared/jobs/sqs-job-queue.ts';
import { SecretsEnv } from '#shared/secrets/secretsmanager-secret-store.ts';
import { TenantsTableEnv } from '#shared/tenants/dynamodb-tenant-store.ts';
import { WebEnv } from '#shared/web/address-guard.ts';
import { AttemptQueueEnv } from '#shared/webhooks/sqs-attempt-queue.ts';

export const Env = TenantsTableEnv.extend(IdempotentGuardsEnv.shape)
  .extend(SecretsEnv.shape)
  .extend(WebEnv.shape)
  .extend(AttemptQueueEnv.shape)
  .extend(WebhookReplaysQueueEnv.shape);
