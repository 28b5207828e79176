import { S3BlobsEnv } from '#shared/blobs/s3.ts';
import { ActivityTableEnv } from '#shared/catalog/dynamodb-heartbeats.ts';
import { TenantsTableEnv } from '#shared/catalog/dynamodb-tenants.ts';

export const Env = TenantsTableEnv.extend(ActivityTableEnv.shape).extend(S3BlobsEnv.shape);
