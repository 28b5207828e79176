import { z } from 'zod';
import { S3BlobsEnv } from '#shared/blobs/s3-blobs.ts';
import { GroupsTableEnv } from '#shared/duplicates/dynamodb-group-store.ts';
import { ActivityTableEnv } from '#shared/health/dynamodb-heartbeats.ts';
import { ImagesTableEnv } from '#shared/images/dynamodb-image-store.ts';
import { PurgesQueueEnv } from '#shared/jobs/sqs-job-queue.ts';
import { LimitsTableEnv } from '#shared/rate-limit/dynamodb-window-store.ts';
import { TenantsTableEnv } from '#shared/tenants/dynamodb-tenant-store.ts';
import { UsagePlansEnv } from '#shared/tenants/ssm-plan-ids.ts';
import { VectorIndexEnv } from '#shared/vector-index/open.ts';

export const Env = z.intersection(
  VectorIndexEnv,
  z.object({
    ...TenantsTableEnv.shape,
    ...ImagesTableEnv.shape,
    ...GroupsTableEnv.shape,
    ...ActivityTableEnv.shape,
    ...LimitsTableEnv.shape,
    ...S3BlobsEnv.shape,
    ...UsagePlansEnv.shape,
    ...PurgesQueueEnv.shape,
    /** How often the queue gives a message before it gives it up. */
    PURGES_MAX_RECEIVES: z.coerce.number().int().positive(),
    /** How long a run goes on before it leaves the rest to the next; half the function's timeout. */
    PURGE_BUDGET_SECONDS: z.coerce.number().positive().default(30),
    /**
     * The pause before the last look: longer than a call or an event is on its way, and no shorter than the function's
     * timeout (docs/adr/0016-tenant-purge.md).
     */
    PURGE_SETTLE_SECONDS: z.coerce.number().min(0).max(900).default(60),
  }),
);
