import * as z from 'zod';
import { S3BlobsEnv } from '#shared/blobs/s3-blobs.ts';
import { GroupsTableEnv } from '#shared/duplicates/dynamodb-group-store.ts';
import { IdempotentGuardsEnv } from '#shared/guards/guards.ts';
import { ImagesTableEnv } from '#shared/images/dynamodb-image-store.ts';
import { CatalogueTableEnv } from '#shared/scans/dynamodb-catalogue.ts';
import { SecretsEnv } from '#shared/secrets/secretsmanager-secret-store.ts';
import { TenantsTableEnv } from '#shared/tenants/dynamodb-tenant-store.ts';
import { VectorIndexEnv } from '#shared/vector-index/open.ts';
import { WebEnv } from '#shared/web/address-guard.ts';

export const Env = z.intersection(
  VectorIndexEnv,
  ImagesTableEnv.extend(GroupsTableEnv.shape)
    .extend(S3BlobsEnv.shape)
    .extend(TenantsTableEnv.shape)
    .extend(CatalogueTableEnv.shape)
    .extend(SecretsEnv.shape)
    .extend(WebEnv.shape)
    .extend(IdempotentGuardsEnv.shape),
);
