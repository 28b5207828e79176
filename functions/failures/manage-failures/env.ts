import { S3BlobsEnv } from '#shared/blobs/s3-blobs.ts';
import { StageQueuesEnv } from '#shared/failures/stage-queues.ts';
import { IdempotentGuardsEnv } from '#shared/guards/guards.ts';
import { ImagesTableEnv } from '#shared/images/dynamodb-image-store.ts';
import { RedrivesQueueEnv } from '#shared/jobs/sqs-job-queue.ts';
import { TenantsTableEnv } from '#shared/tenants/dynamodb-tenant-store.ts';

export const Env = ImagesTableEnv.extend(TenantsTableEnv.shape)
  .extend(S3BlobsEnv.shape)
  .extend(StageQueuesEnv.shape)
  .extend(RedrivesQueueEnv.shape)
  .extend(IdempotentGuardsEnv.shape);
