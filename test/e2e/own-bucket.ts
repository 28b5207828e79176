import { CreateBucketCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { readStack } from './stack.ts';

const REGION = 'us-east-1';
const KEYS = { access_key_id: 'test', secret_access_key: 'secret-of-the-tenant' };

/** Makes a bucket that a tenant has, with one object. @returns the location, as it is added */
export async function bucketLocation(bucket: string) {
  const client = new S3Client({
    endpoint: readStack().emulator_url,
    region: REGION,
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    forcePathStyle: true,
  });
  await client.send(new CreateBucketCommand({ Bucket: bucket }));
  await client.send(new PutObjectCommand({ Bucket: bucket, Key: 'products/chair.jpg', Body: 'x' }));
  const config = { bucket, region: REGION };
  return { name: bucket, type: 's3' as const, config, credentials: KEYS };
}
