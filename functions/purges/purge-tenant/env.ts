import * as z from 'zod';
import { S3BlobsEnv } from '#shared/blobs/s3-blobs.ts';
import { GroupsTableEnv } from '#shared/duplicates/dynamodb-group-store.ts';
import { ActivityTableEnv } from '#shared/health/dynamodb-heartbeats.ts';
import { IssuersEnv } from '#shared/identity/issuers.ts';
import { ImagesTableEnv } from '#shared/images/dynamodb-image-store.ts';
import { PurgesQueueEnv } from '#shared/jobs/sqs-job-queue.ts';
import { LimitsTableEnv } from '#shared/rate-limit/dynamodb-window-store.ts';
import { CatalogueTableEnv } from '#shared/scans/dynamodb-catalogue.ts';
import { SecretsEnv } from '#shared/secrets/secretsmanager-secret-store.ts';
import { EventBusesEnv } from '#shared/storages/eventbridge-bucket-events.ts';
import { GatewayKeysEnv } from '#shared/tenants/api-gateway-keys.ts';
import { TenantsTableEnv } from '#shared/tenants/dynamodb-tenant-store.ts';
import { VectorIndexEnv } from '#shared/vector-index/open.ts';

export const Env = z.intersection(
  VectorIndexEnv,
  z.object({
    ...TenantsTableEnv.shape,
    ...GatewayKeysEnv.shape,
    ...ImagesTableEnv.shape,
    ...GroupsTableEnv.shape,
    ...ActivityTableEnv.shape,
    ...LimitsTableEnv.shape,
    ...CatalogueTableEnv.shape,
    ...S3BlobsEnv.shape,
    ...SecretsEnv.shape,
    ...EventBusesEnv.shape,
    ...PurgesQueueEnv.shape,
    ...IssuersEnv.pick({ USER_POOL_ID: true }).shape,
    /** Deliveries of a message before it goes to the dead-letter queue. */
    PURGES_MAX_RECEIVES: z.coerce.number().int().positive(),
    /** Seconds after which a run leaves the rest to the next message; half the function's timeout. */
    PURGE_BUDGET_SECONDS: z.coerce.number().positive().default(30),
    /**
     * The pause before the final count: longer than any call or event in flight, and no shorter than the function's
     * timeout (docs/adr/0016-tenant-purge.md).
     */
    PURGE_SETTLE_SECONDS: z.coerce.number().min(0).max(900).default(60),
  }),
);
