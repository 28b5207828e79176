import * as z from 'zod';
import { S3BlobsEnv } from '#shared/blobs/s3-blobs.ts';
import { GroupsTableEnv } from '#shared/duplicates/dynamodb-group-store.ts';
import { EmbeddingEnv } from '#shared/embedding/load-manifest.ts';
import { TenantGuardsEnv } from '#shared/guards/guards.ts';
import { ActivityTableEnv } from '#shared/health/dynamodb-heartbeats.ts';
import { ImagesTableEnv } from '#shared/images/dynamodb-image-store.ts';
import { VectorIndexEnv } from '#shared/vector-index/open.ts';
import { WebEnv } from '#shared/web/address-guard.ts';

export const Env = z.intersection(
  VectorIndexEnv,
  ImagesTableEnv.extend(ActivityTableEnv.shape)
    .extend(S3BlobsEnv.shape)
    .extend(EmbeddingEnv.shape)
    .extend(GroupsTableEnv.shape)
    .extend(TenantGuardsEnv.shape)
    .extend(WebEnv.shape),
);
