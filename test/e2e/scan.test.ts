import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import {
  CreateBucketCommand,
  DeleteObjectCommand,
  HeadObjectCommand,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { beforeAll, describe, expect, it } from 'vitest';
import * as images from '#shared/contracts/http/images.ts';
import { listJobErrors } from '#shared/contracts/http/jobs.ts';
import { ownKeys } from '#shared/contracts/http/keys.ts';
import * as api from '#shared/contracts/http/scans.ts';
import { newStorageId, tenantId } from '#shared/kernel/ids.ts';
import { secretsManagerStore } from '#shared/secrets/secretsmanager-secret-store.ts';
import { dynamoStorageStore } from '#shared/storages/dynamodb-storage-store.ts';
import { putCredentials } from '#shared/storages/location-secrets.ts';
import { distinctPhotographs } from '../fixtures/photographs.ts';
import { storageLocation } from '../fixtures/storage-location.ts';
import { type Client, call, eventually, newTenant, secretIn } from './client.ts';
import { readStack } from './stack.ts';

const aws = () => ({
  endpoint: readStack().emulator_url,
  region: 'us-east-1',
  credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
});
const PICTURES = 20;

let client: Client;
let s3: S3Client;
let bucket: string;
const storage = newStorageId();

const put = (Key: string, Body: Uint8Array) => s3.send(new PutObjectCommand({ Bucket: bucket, Key, Body }));

async function scan(request: object = {}) {
  const { status, body } = await client.call(api.startScan, { body: { storage_id: storage, ...request } });
  expect([status, body.status]).toEqual([202, 'queued']);
  const ended = await eventually(
    () => client.call(api.getScan, { params: { job_id: body.job_id } }),
    ({ body: { status } }) => status !== 'queued' && status !== 'running',
    120_000,
  );
  return ended.body;
}
const library = async () => {
  const { body } = await client.call(images.listImages, { query: { storage_id: storage, limit: '100' } });
  return new Map(body.images.map((image) => [image.file_path, image]));
};

beforeAll(async () => {
  client = await newTenant('scans');
  const tenant = tenantId(client.tenant);
  s3 = new S3Client({ ...aws(), forcePathStyle: true });
  bucket = `${client.tenant}-pictures`;
  await s3.send(new CreateBucketCommand({ Bucket: bucket }));
  const table = { table: 'deeplens-local-tenants', client: new DynamoDBClient(aws()) };
  const location = storageLocation({
    ...{ tenant_id: tenant, storage_id: storage, type: 's3', config: { bucket, region: 'us-east-1' } },
  });
  await dynamoStorageStore(table).add(tenant, location, 10);
  const secrets = secretsManagerStore({
    prefix: 'deeplens/local/t/',
    client: new SecretsManagerClient(aws()),
  });
  await putCredentials(secrets, tenant, storage, { access_key_id: 'test', secret_access_key: 'test' });
  const pictures = await distinctPhotographs(PICTURES);
  await Promise.all(pictures.map((bytes, i) => put(`2026/é ${i}+.jpg`, bytes)));
  await put('2026/', new Uint8Array());
  await put('2026/broken.jpg', Buffer.from('no picture'));
  await put('notes.txt', Buffer.from('no picture'));
  await put('copy.jpg', pictures[0] ?? new Uint8Array());
});

describe('a scan of a bucket', () => {
  it('tells what it would do', async () => {
    const { progress, skipped, dry_run } = await scan({ dry_run: true });
    expect(dry_run).toBe(true);
    expect(progress).toMatchObject({ listed: PICTURES + 4, new: PICTURES + 2, get_calls: PICTURES + 2 });
    expect(skipped).toEqual({ folder_marker: 1, file_type: 1 });
    expect((await library()).size).toBe(0);
  });

  it('brings in every picture, and says why not of the others', async () => {
    const job = await scan();
    expect(job).toMatchObject({ status: 'completed', kind: 'scan', storage_id: storage, errors_count: 1 });
    expect(job.progress).toMatchObject({ indexed: PICTURES + 1, failed: 1, skipped: 2, percent: 100 });
    const found = await library();
    expect(found.size).toBe(PICTURES + 1);
    expect(found.get('2026/é 3+.jpg')).toMatchObject({
      ...{ status: 'indexed', storage_location: storage, storage_type: 's3', format: 'jpeg' },
    });
    const { body } = await client.call(listJobErrors, {
      params: { job_id: job.job_id },
      query: { limit: '10' },
    });
    expect(body.errors).toEqual([
      { path: '2026/broken.jpg', code: 'unsupported_media_type', detail: expect.any(String) },
    ]);
  });

  it('reads nothing the second time, and then only what has changed', async () => {
    const before = await library();
    expect((await scan()).progress).toMatchObject({ listed: PICTURES + 4, same: PICTURES + 2, indexed: 0 });
    const [changed = new Uint8Array(), added = new Uint8Array()] = (
      await distinctPhotographs(PICTURES + 2)
    ).slice(-2);
    await put('2026/é 1+.jpg', changed);
    await put('added.jpg', added);
    await s3.send(new DeleteObjectCommand({ Bucket: bucket, Key: 'copy.jpg' }));
    expect((await scan()).progress).toMatchObject({
      new: 1,
      changed: 1,
      same: PICTURES,
      indexed: 2,
      absent: 1,
    });
    expect((await scan()).progress).toMatchObject({ missing: 1 });
    const after = await library();
    expect(after.size).toBe(PICTURES + 2); // the picture whose object is gone is kept
    expect(after.get('2026/é 1+.jpg')?.image_id).not.toBe(before.get('2026/é 1+.jpg')?.image_id);
    expect(after.get('2026/é 2+.jpg')?.image_id).toBe(before.get('2026/é 2+.jpg')?.image_id);
  });

  it('has an image that is deleted with its original, and only by who may manage storage', async () => {
    const params = { image_id: (await library()).get('added.jpg')?.image_id ?? '' };
    const body = { name: 'uploads', scopes: ['deeplens.upload' as const] };
    const key = secretIn(await client.call(ownKeys.create, { body }));
    const query = { original: 'true' };
    const refused = await call(images.deleteImage, { params, query, headers: { 'x-api-key': key } });
    expect(refused).toMatchObject({ status: 403, body: { code: 'missing_scope' } });
    const { body: deleted } = await client.call(images.deleteImage, { params, query });
    expect(deleted.receipt).toMatchObject({ image_id: params.image_id, original: 'deleted' });
    await expect(s3.send(new HeadObjectCommand({ Bucket: bucket, Key: 'added.jpg' }))).rejects.toThrow();
    expect((await library()).has('added.jpg')).toBe(false);
    expect(await client.call(images.deleteImage, { params, query })).toMatchObject({ status: 410 });
  });

  it('is cancelled', async () => {
    const { body } = await client.call(api.startScan, { body: { storage_id: storage, full: true } });
    expect(body.status).toBe('queued');
    const { status } = await client.call(api.cancelScan, { params: { job_id: body.job_id } });
    expect([202, 409]).toContain(status);
  });
});
