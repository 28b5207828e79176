import * as z from 'zod';
import { S3BlobsEnv } from '#shared/blobs/s3-blobs.ts';
import { EmbeddingEnv } from '#shared/embedding/load-manifest.ts';
import { ImagesTableEnv } from '#shared/images/dynamodb-image-store.ts';
import { SnsEnv } from '#shared/messaging/sns-publisher.ts';
import { LimitsTableEnv } from '#shared/rate-limit/dynamodb-window-store.ts';
import { TenantsTableEnv } from '#shared/tenants/dynamodb-tenant-store.ts';

export const Env = ImagesTableEnv.extend(TenantsTableEnv.shape)
  .extend(S3BlobsEnv.shape)
  .extend(SnsEnv.shape)
  .extend(EmbeddingEnv.pick({ DEEPLENS_MODELS: true }).shape)
  .extend(LimitsTableEnv.shape)
  .extend({ FAIR_VALIDATION_QUEUE_URL: z.url() });
