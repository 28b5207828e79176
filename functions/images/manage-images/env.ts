import { z } from 'zod';
import { S3BlobsEnv } from '#shared/blobs/s3-blobs.ts';
import { GroupsTableEnv } from '#shared/duplicates/dynamodb-group-store.ts';
import { FrontDoorEnv } from '#shared/front-door/front-door.ts';
import { ImagesTableEnv } from '#shared/images/dynamodb-image-store.ts';
import { IdempotencyEnv } from '#shared/runtime/idempotency.ts';
import { VectorIndexEnv } from '#shared/vector-index/open.ts';

export const Env = z.intersection(
  VectorIndexEnv,
  ImagesTableEnv.extend(GroupsTableEnv.shape)
    .extend(S3BlobsEnv.shape)
    .extend(IdempotencyEnv.shape)
    .extend(FrontDoorEnv.shape),
);
