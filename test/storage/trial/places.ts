import { GetObjectCommand, paginateListObjectsV2 } from '@aws-sdk/client-s3';
import type { Credentials } from '#shared/connectors/credentials.ts';
import type { StorageTarget } from '#shared/connectors/storage-target.ts';
import { s3Storage } from '../../contract/connectors/s3-storage.ts';
import { azureContainer, GCS_ACCOUNT, gcsBucket, sasOf } from '../buckets.ts';
import { AZURE_ACCOUNT } from '../servers.ts';
import type { Protocol } from './empty-page.ts';

/** An empty bucket of a server, with the bare SDK of its kind. */
export interface Place {
  name: string;
  protocol: Protocol;
  /** Of the server: `127.0.0.1:port`. */
  address: string;
  credentials: Credentials;
  /** The location by an address: that of the server, or of a proxy before it. */
  target(address: string): StorageTarget;
  put(key: string, bytes: Uint8Array): Promise<void>;
  remove(key: string): Promise<void>;
  list(): AsyncIterable<readonly string[]>;
  read(key: string): Promise<Uint8Array>;
}

interface S3Server {
  address: string;
  credentials: { accessKeyId: string; secretAccessKey: string };
}

export async function s3Place(name: string, { address, credentials }: S3Server): Promise<Place> {
  const server = { endpoint: `http://${address}`, region: 'us-east-1', credentials };
  const { bucket, client, put, remove } = await s3Storage(server, () => {
    throw new Error('the location is opened by the scan');
  });
  return {
    ...{ name, protocol: 's3', address, put, remove },
    credentials: {
      access_key_id: credentials.accessKeyId,
      secret_access_key: credentials.secretAccessKey,
    },
    target: (at) => ({ type: 'minio', config: { endpoint: `http://${at}`, bucket } }),
    async *list() {
      for await (const { Contents = [] } of paginateListObjectsV2({ client }, { Bucket: bucket }))
        yield Contents.flatMap(({ Key }) => Key ?? []);
    },
    async read(key) {
      const { Body } = await client.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
      if (!Body) throw new Error(`${key} has no body`);
      return Body.transformToByteArray();
    },
  };
}

export async function azurePlace(address: string): Promise<Place> {
  const { name: container, ...blobs } = await azureContainer(address);
  return {
    ...{ name: 'Azurite', protocol: 'azure', address, ...blobs },
    credentials: { sas_token: sasOf(container, 'rl') },
    target: (at) => ({
      type: 'azure_blob',
      config: { account: AZURE_ACCOUNT, container, endpoint: `http://${at}` },
    }),
  };
}

export async function gcsPlace(address: string): Promise<Place> {
  const { name: bucket, ...objects } = await gcsBucket(address);
  return {
    ...{ name: 'fake-gcs-server', protocol: 'gcs', address, ...objects },
    credentials: { service_account: GCS_ACCOUNT },
    target: (at) => ({ type: 'gcs', config: { bucket, endpoint: `http://${at}` } }),
  };
}
