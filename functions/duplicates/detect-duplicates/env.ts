import { z } from 'zod';
import { S3BlobsEnv } from '#shared/blobs/s3.ts';
import { GroupsTableEnv } from '#shared/catalog/dynamodb-groups.ts';
import { ImagesTableEnv } from '#shared/catalog/dynamodb-images.ts';
import { TenantsTableEnv } from '#shared/catalog/dynamodb-tenants.ts';
import { EmbeddingEnv } from '#shared/embedding/load-manifest.ts';
import { SnsEnv } from '#shared/messaging/sns.ts';
import { VectorIndexEnv } from '#shared/vector-index/open.ts';

export const Env = z.intersection(
  VectorIndexEnv,
  ImagesTableEnv.extend(GroupsTableEnv.shape)
    .extend(TenantsTableEnv.shape)
    .extend(SnsEnv.shape)
    .extend(S3BlobsEnv.shape)
    .extend(EmbeddingEnv.shape),
);
