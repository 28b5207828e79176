import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { CreateBucketCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { newStorageId, type StorageId, tenantId } from '#shared/kernel/ids.ts';
import { dynamoStorageStore } from '#shared/storages/dynamodb-storage-store.ts';
import { storageLocation } from '../fixtures/storage-location.ts';
import { readStack } from './stack.ts';

const REGION = 'us-east-1';
const KEYS = { access_key_id: 'test', secret_access_key: 'secret-of-the-tenant' };

export const aws = () => ({
  endpoint: readStack().emulator_url,
  region: REGION,
  credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
});

/**
 * Stores a location of S3 that is opened by a role. No call could add it: the emulator of the stack lets anybody assume a
 * role, which an addition refuses.
 */
export async function roleLocation(name: string, bucket: string, prefix = ''): Promise<StorageId> {
  const [tenant, storage_id] = [tenantId(name), newStorageId()];
  const storages = dynamoStorageStore({
    table: 'deeplens-local-tenants',
    client: new DynamoDBClient(aws()),
  });
  const external_id = await storages.issueExternalId(tenant, `dlx_${storage_id.padEnd(43, 'x')}`, 10);
  const role_arn = 'arn:aws:iam::000000000000:role/reader';
  const config = { bucket, region: REGION, role_arn, external_id };
  const location = storageLocation({ tenant_id: tenant, storage_id, type: 's3', config, prefix });
  const { outcome } = await storages.add(tenant, location, 10);
  if (outcome !== 'added') throw new Error(`the location is not added: ${outcome}`);
  return storage_id;
}

/** Makes a bucket that a tenant has, with one object. @returns the location, as it is added */
export async function bucketLocation(bucket: string) {
  const client = new S3Client({ ...aws(), forcePathStyle: true });
  await client.send(new CreateBucketCommand({ Bucket: bucket }));
  await client.send(new PutObjectCommand({ Bucket: bucket, Key: 'products/chair.jpg', Body: 'x' }));
  const config = { bucket, region: REGION };
  return { name: bucket, type: 's3' as const, config, credentials: KEYS };
}
