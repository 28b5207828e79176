import { z } from 'zod';
import { S3BlobsEnv } from '#shared/blobs/s3.ts';
import { ActivityTableEnv } from '#shared/catalog/dynamodb-heartbeats.ts';
import { ImagesTableEnv } from '#shared/catalog/dynamodb-images.ts';
import { EmbeddingEnv } from '#shared/embedding/load-manifest.ts';
import { FrontDoorEnv } from '#shared/front-door/front-door.ts';
import { VectorIndexEnv } from '#shared/vector-index/open.ts';

export const Env = z.intersection(
  VectorIndexEnv,
  ImagesTableEnv.extend(ActivityTableEnv.shape)
    .extend(S3BlobsEnv.shape)
    .extend(EmbeddingEnv.shape)
    .extend(FrontDoorEnv.shape),
);
