import { CreateBucketCommand, DeleteObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import type { Connector } from '#shared/connectors/connector.ts';
import type { Credentials } from '#shared/connectors/credentials.ts';
import { uniqueName } from '../emulator.ts';
import type { TenantStorage } from './connector.suite.ts';

interface Server {
  endpoint: string;
  region: string;
  credentials: { accessKeyId: string; secretAccessKey: string };
}

/** Makes a bucket on a server that speaks S3. @param open opens a bucket of it by the connector */
export async function s3Storage(
  server: Server,
  open: (bucket: string, prefix: string, keys: Credentials) => Connector | Promise<Connector>,
): Promise<TenantStorage & { bucket: string; client: S3Client }> {
  const client = new S3Client({ ...server, forcePathStyle: true });
  const bucket = uniqueName('photographs');
  await client.send(new CreateBucketCommand({ Bucket: bucket }));
  const { accessKeyId, secretAccessKey } = server.credentials;
  const keys = { access_key_id: accessKeyId, secret_access_key: secretAccessKey };
  return {
    bucket,
    client,
    async put(key, bytes) {
      await client.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: bytes }));
    },
    async remove(key) {
      await client.send(new DeleteObjectCommand({ Bucket: bucket, Key: key }));
    },
    connect: async (prefix) => open(bucket, prefix, keys),
    connectNowhere: async () => open(uniqueName('nowhere'), '', keys),
  };
}
