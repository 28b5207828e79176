import { S3BlobsEnv } from '#shared/blobs/s3-blobs.ts';
import { FrontDoorEnv } from '#shared/front-door/front-door.ts';
import { ImagesTableEnv } from '#shared/images/dynamodb-image-store.ts';
import { IdempotencyEnv } from '#shared/runtime/idempotency.ts';

export const Env = ImagesTableEnv.extend(S3BlobsEnv.shape)
  .extend(IdempotencyEnv.shape)
  .extend(FrontDoorEnv.shape);
