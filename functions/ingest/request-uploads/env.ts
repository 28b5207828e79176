import { S3BlobsEnv } from '#shared/blobs/s3.ts';
import { ImagesTableEnv } from '#shared/catalog/dynamodb-images.ts';
import { FrontDoorEnv } from '#shared/front-door/front-door.ts';
import { IdempotencyEnv } from '#shared/runtime/idempotency.ts';

export const Env = ImagesTableEnv.extend(S3BlobsEnv.shape)
  .extend(IdempotencyEnv.shape)
  .extend(FrontDoorEnv.shape);
