import * as z from 'zod';
import { S3BlobsEnv } from '#shared/blobs/s3-blobs.ts';
import { GroupsTableEnv } from '#shared/duplicates/dynamodb-group-store.ts';
import { ActivityTableEnv } from '#shared/health/dynamodb-heartbeats.ts';
import { ImagesTableEnv } from '#shared/images/dynamodb-image-store.ts';
import { ScansQueueEnv } from '#shared/jobs/sqs-job-queue.ts';
import { SnsEnv } from '#shared/messaging/sns-publisher.ts';
import { LimitsTableEnv } from '#shared/rate-limit/dynamodb-window-store.ts';
import { CatalogueTableEnv } from '#shared/scans/dynamodb-catalogue.ts';
import { SecretsEnv } from '#shared/secrets/secretsmanager-secret-store.ts';
import { TenantsTableEnv } from '#shared/tenants/dynamodb-tenant-store.ts';
import { VectorIndexEnv } from '#shared/vector-index/open.ts';
import { WebEnv } from '#shared/web/address-guard.ts';

export const Env = z.intersection(
  VectorIndexEnv,
  z.object({
    ...TenantsTableEnv.shape,
    ...ImagesTableEnv.shape,
    ...GroupsTableEnv.shape,
    ...ActivityTableEnv.shape,
    ...LimitsTableEnv.shape,
    ...CatalogueTableEnv.shape,
    ...S3BlobsEnv.shape,
    ...SnsEnv.shape,
    ...ScansQueueEnv.shape,
    ...SecretsEnv.shape,
    ...WebEnv.shape,
    IMPORTS_QUEUE_URL: z.url(),
    /** Deliveries of a message before it goes to the dead-letter queue. */
    SCANS_MAX_RECEIVES: z.coerce.number().int().positive(),
    /** Seconds after which a run leaves the rest to the next message. */
    SCANS_BUDGET_SECONDS: z.coerce.number().positive(),
  }),
);
