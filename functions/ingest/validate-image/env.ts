import { S3BlobsEnv } from '#shared/blobs/s3.ts';
import { ImagesTableEnv } from '#shared/catalog/dynamodb-images.ts';
import { TenantsTableEnv } from '#shared/catalog/dynamodb-tenants.ts';
import { EmbeddingEnv } from '#shared/embedding/load-manifest.ts';
import { SnsEnv } from '#shared/messaging/sns.ts';

export const Env = ImagesTableEnv.extend(TenantsTableEnv.shape)
  .extend(S3BlobsEnv.shape)
  .extend(SnsEnv.shape)
  .extend(EmbeddingEnv.pick({ DEEPLENS_MODELS: true }).shape);
