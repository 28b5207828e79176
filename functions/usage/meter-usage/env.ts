import { S3BlobsEnv } from '#shared/blobs/s3-blobs.ts';
import { ActivityTableEnv } from '#shared/health/dynamodb-heartbeats.ts';
import { SnsEnv } from '#shared/messaging/sns-publisher.ts';
import { TenantsTableEnv } from '#shared/tenants/dynamodb-tenant-store.ts';

export const Env = TenantsTableEnv.extend(ActivityTableEnv.shape)
  .extend(S3BlobsEnv.shape)
  .extend(SnsEnv.shape);
