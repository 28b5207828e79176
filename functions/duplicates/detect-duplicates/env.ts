import * as z from 'zod';
import { S3BlobsEnv } from '#shared/blobs/s3-blobs.ts';
import { GroupsTableEnv } from '#shared/duplicates/dynamodb-group-store.ts';
import { EmbeddingEnv } from '#shared/embedding/load-manifest.ts';
import { ImagesTableEnv } from '#shared/images/dynamodb-image-store.ts';
import { SnsEnv } from '#shared/messaging/sns-publisher.ts';
import { TenantsTableEnv } from '#shared/tenants/dynamodb-tenant-store.ts';
import { VectorIndexEnv } from '#shared/vector-index/open.ts';

export const Env = z.intersection(
  VectorIndexEnv,
  ImagesTableEnv.extend(GroupsTableEnv.shape)
    .extend(TenantsTableEnv.shape)
    .extend(SnsEnv.shape)
    .extend(S3BlobsEnv.shape)
    .extend(EmbeddingEnv.shape),
);
