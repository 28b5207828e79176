import { S3BlobsEnv } from '#shared/blobs/s3-blobs.ts';
import { IdempotentGuardsEnv } from '#shared/guards/guards.ts';
import { ImagesTableEnv } from '#shared/images/dynamodb-image-store.ts';
import { WebEnv } from '#shared/web/address-guard.ts';

export const Env = ImagesTableEnv.extend(S3BlobsEnv.shape)
  .extend(IdempotentGuardsEnv.shape)
  .extend(WebEnv.shape);
