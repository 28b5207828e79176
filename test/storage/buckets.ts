import { generateKeyPairSync } from 'node:crypto';
import { buffer } from 'node:stream/consumers';
import {
  BlobServiceClient,
  ContainerSASPermissions,
  generateBlobSASQueryParameters,
  StorageSharedKeyCredential,
} from '@azure/storage-blob';
import { uniqueName } from '../contract/emulator.ts';
import { AZURE_ACCOUNT, AZURE_KEY } from './servers.ts';

const key = new StorageSharedKeyCredential(AZURE_ACCOUNT, AZURE_KEY);

/** A SAS of one container, for an hour. */
export const sasOf = (container: string, permissions: string): string =>
  generateBlobSASQueryParameters(
    {
      containerName: container,
      permissions: ContainerSASPermissions.parse(permissions),
      expiresOn: new Date(Date.now() + 3_600_000),
    },
    key,
  ).toString();

/** Makes a container of Azurite. `count` and `read` are the bare SDK. */
export async function azureContainer(address: string) {
  const name = uniqueName('photographs');
  const service = new BlobServiceClient(`http://${address}/${AZURE_ACCOUNT}`, key);
  const container = service.getContainerClient(name);
  await container.create();
  return {
    name,
    async put(blob: string, bytes: Uint8Array): Promise<void> {
      await container.getBlockBlobClient(blob).upload(Buffer.from(bytes), bytes.length);
    },
    async remove(blob: string): Promise<void> {
      await container.deleteBlob(blob);
    },
    async *list(): AsyncIterable<string[]> {
      for await (const { segment } of container.listBlobsFlat().byPage({ maxPageSize: 1_000 }))
        yield segment.blobItems.map((blob) => blob.name);
    },
    async read(blob: string): Promise<Buffer> {
      const { readableStreamBody } = await container.getBlobClient(blob).download();
      if (!readableStreamBody) throw new Error(`${blob} has no body`);
      return buffer(readableStreamBody);
    },
  };
}

const { privateKey } = generateKeyPairSync('rsa', {
  modulusLength: 2048,
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  publicKeyEncoding: { type: 'spki', format: 'pem' },
});
/** A service account: the server asks for no particular one. */
export const GCS_ACCOUNT = { client_email: 'deeplens@acme.example', private_key: privateKey };

/** Makes a bucket of fake-gcs-server. `list` and `read` are bare calls: we have no SDK of Google. */
export async function gcsBucket(address: string) {
  const name = uniqueName('photographs');
  const ask = async (path: string, init: RequestInit = {}): Promise<Response> => {
    const reply = await fetch(`http://${address}${path}`, init);
    if (!reply.ok) throw new Error(`${init.method ?? 'GET'} ${path}: ${reply.status} ${await reply.text()}`);
    return reply;
  };
  await ask('/storage/v1/b?project=test', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ name }),
  });
  const objects = `/storage/v1/b/${name}/o`;
  return {
    name,
    async put(object: string, bytes: Uint8Array): Promise<void> {
      const path = `/upload/storage/v1/b/${name}/o?uploadType=media&name=${encodeURIComponent(object)}`;
      await (await ask(path, { method: 'POST', body: Buffer.from(bytes) })).arrayBuffer();
    },
    async remove(object: string): Promise<void> {
      await ask(`${objects}/${encodeURIComponent(object)}`, { method: 'DELETE' });
    },
    async *list(): AsyncIterable<string[]> {
      let pageToken = '';
      do {
        const reply = await ask(`${objects}?maxResults=1000&pageToken=${encodeURIComponent(pageToken)}`);
        // The cast: a listing of the JSON API.
        const page = (await reply.json()) as { items?: { name: string }[]; nextPageToken?: string };
        yield (page.items ?? []).map((item) => item.name);
        pageToken = page.nextPageToken ?? '';
      } while (pageToken !== '');
    },
    async read(object: string): Promise<Buffer> {
      return Buffer.from(
        await (await ask(`${objects}/${encodeURIComponent(object)}?alt=media`)).arrayBuffer(),
      );
    },
  };
}
