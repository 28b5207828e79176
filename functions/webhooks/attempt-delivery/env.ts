import * as z from 'zod';
import { AuditTableEnv } from '#shared/audit/dynamodb-audit-log.ts';
import { ActivityTableEnv } from '#shared/health/dynamodb-heartbeats.ts';
import { SnsEnv } from '#shared/messaging/sns-publisher.ts';
import { SecretsEnv } from '#shared/secrets/secretsmanager-secret-store.ts';
import { TenantsTableEnv } from '#shared/tenants/dynamodb-tenant-store.ts';
import { WebEnv } from '#shared/web/address-guard.ts';
import { AttemptQueueEnv } from '#shared/webhooks/sqs-attempt-queue.ts';

export const Env = TenantsTableEnv.extend(ActivityTableEnv.shape)
  .extend(SnsEnv.shape)
  .extend(SecretsEnv.shape)
  .extend(WebEnv.shape)
  .extend(AuditTableEnv.shape)
  .extend(AttemptQueueEnv.shape)
  .extend({
    /** Attempts at the same time to all webhooks of a tenant. */
    WEBHOOK_PLACES_OF_TENANT: z.coerce.number().int().positive(),
  });
