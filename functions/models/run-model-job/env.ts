import * as z from 'zod';
import { S3BlobsEnv } from '#shared/blobs/s3-blobs.ts';
import { EmbeddingEnv } from '#shared/embedding/load-manifest.ts';
import { ActivityTableEnv } from '#shared/health/dynamodb-heartbeats.ts';
import { ImagesTableEnv } from '#shared/images/dynamodb-image-store.ts';
import { ModelJobsQueueEnv } from '#shared/jobs/sqs-job-queue.ts';
import { SnsEnv } from '#shared/messaging/sns-publisher.ts';
import { TenantsTableEnv } from '#shared/tenants/dynamodb-tenant-store.ts';
import { VectorIndexEnv } from '#shared/vector-index/open.ts';

export const Env = z.intersection(
  VectorIndexEnv,
  z.object({
    ...TenantsTableEnv.shape,
    ...ImagesTableEnv.shape,
    ...ActivityTableEnv.shape,
    ...S3BlobsEnv.shape,
    ...SnsEnv.shape,
    ...EmbeddingEnv.shape,
    ...ModelJobsQueueEnv.shape,
    /** Deliveries of a message before it goes to the dead-letter queue. */
    MODEL_JOBS_MAX_RECEIVES: z.coerce.number().int().positive(),
    /** Seconds after which a run leaves the rest to the next message; half the function's timeout. */
    MODEL_JOBS_BUDGET_SECONDS: z.coerce.number().positive(),
    /** The timeout of validate-image: for so long, a validation may go on that read its tenant's previous models. */
    VALIDATION_SECONDS: z.coerce.number().positive(),
  }),
);
