import * as z from 'zod';
import { S3BlobsEnv } from '#shared/blobs/s3-blobs.ts';
import { EmbeddingEnv } from '#shared/embedding/load-manifest.ts';
import { ActivityTableEnv } from '#shared/health/dynamodb-heartbeats.ts';
import { ImagesTableEnv } from '#shared/images/dynamodb-image-store.ts';
import { SnsEnv } from '#shared/messaging/sns-publisher.ts';
import { CatalogueTableEnv } from '#shared/scans/dynamodb-catalogue.ts';
import { SecretsEnv } from '#shared/secrets/secretsmanager-secret-store.ts';
import { TenantsTableEnv } from '#shared/tenants/dynamodb-tenant-store.ts';
import { WebEnv } from '#shared/web/address-guard.ts';

export const Env = z.object({
  ...TenantsTableEnv.shape,
  ...ImagesTableEnv.shape,
  ...ActivityTableEnv.shape,
  ...CatalogueTableEnv.shape,
  ...S3BlobsEnv.shape,
  ...SnsEnv.shape,
  ...EmbeddingEnv.pick({ DEEPLENS_MODELS: true }).shape,
  ...SecretsEnv.shape,
  ...WebEnv.shape,
  IMPORTS_QUEUE_URL: z.url(),
});
