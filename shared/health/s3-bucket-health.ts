import { HeadBucketCommand, S3Client } from '@aws-sdk/client-s3';
import type { HealthCheck } from './health.ts';

/** Checks that the bucket is reachable. */
export const s3BucketHealth =
  ({ bucket, client = new S3Client() }: { bucket: string; client?: S3Client }): HealthCheck =>
  async () => {
    await client.send(new HeadBucketCommand({ Bucket: bucket }));
    return { status: 'ok', detail: 'images bucket reachable' };
  };
