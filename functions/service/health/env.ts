import * as z from 'zod';
import { S3BlobsEnv } from '#shared/blobs/s3-blobs.ts';
import { OperatorGuardsEnv } from '#shared/guards/guards.ts';
import { ActivityTableEnv } from '#shared/health/dynamodb-heartbeats.ts';
import { VectorIndexEnv } from '#shared/vector-index/open.ts';

export const Env = z.intersection(
  VectorIndexEnv,
  ActivityTableEnv.extend(S3BlobsEnv.shape)
    .extend(OperatorGuardsEnv.shape)
    .extend({
      DEEPLENS_VERSION: z.string().min(1),
      EMBEDDING_QUEUE_URL: z.url(),
    }),
);
