import { CreateBucketCommand, DeleteObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as images from '#shared/contracts/http/images.ts';
import * as scans from '#shared/contracts/http/scans.ts';
import { searchSimilarity } from '#shared/contracts/http/search.ts';
import * as api from '#shared/contracts/http/storages.ts';
import { forwardTo } from '../fixtures/forward.ts';
import { distinctPhotographs } from '../fixtures/photographs.ts';
import { startReceiver } from '../fixtures/receiver.ts';
import { type Client, eventually, newTenant } from './client.ts';
import { aws } from './own-bucket.ts';
import { readStack } from './stack.ts';

const PICTURES = 4;

let client: Client;
let s3: S3Client;
let bucket: string;
let origin: string;
let stop: () => void = () => undefined;
let storage_id: string;
let pictures: readonly Buffer[];

const keyOf = (number: number): string => `2026/é ${number}+.jpg`;
const put = (Key: string, Body: Uint8Array) => s3.send(new PutObjectCommand({ Bucket: bucket, Key, Body }));

/** A server that speaks S3, at an address that the deployment allows: the emulator, behind another port. */
beforeAll(async () => {
  client = await newTenant('s3-compatible');
  ({ origin, stop } = await startReceiver('storage', forwardTo(new URL(readStack().emulator_url).host)));
  s3 = new S3Client({ ...aws(), endpoint: origin, forcePathStyle: true });
  bucket = `${client.tenant}-pictures`;
  await s3.send(new CreateBucketCommand({ Bucket: bucket }));
  pictures = await distinctPhotographs(PICTURES);
  for (const [number, bytes] of pictures.entries()) await put(keyOf(number), bytes);
  await put('2026/broken.jpg', Buffer.from('no picture'));
});
afterAll(() => stop());

const location = (endpoint: string) => ({
  ...{ name: 'Photographs', type: 'minio' as const, prefix: '2026/', on_missing: 'hide' as const },
  config: { endpoint, bucket },
  credentials: { access_key_id: 'test', secret_access_key: 'secret-of-the-tenant' },
});
async function scan() {
  const { status, body } = await client.call(scans.startScan, { body: { storage_id } });
  expect(status).toBe(202);
  const ended = await eventually(
    () => client.call(scans.getScan, { params: { job_id: body.job_id } }),
    (reply) => reply.body.status !== 'queued' && reply.body.status !== 'running',
    120_000,
  );
  return ended.body;
}
/** The path of the image that a search by a picture finds as the same; undefined if none. */
async function foundBy(picture: Uint8Array): Promise<string | undefined> {
  const body = { image: Buffer.from(picture).toString('base64') };
  const { results } = (await client.call(searchSimilarity, { body })).body;
  return results.find(({ verdict }) => verdict === 'exact')?.file_path;
}

describe('a location on a server that speaks S3', () => {
  // The emulator has https of a function to 127.0.0.1 go out as http, past our agents: there another address stands for it.
  it.each(['https://169.254.169.254', 'http://127.0.0.1:9000'])(
    'is not added at %s, which is neither public nor configured',
    async (endpoint) => {
      const refused = await client.call(api.addStorage, { body: location(endpoint) });
      expect(refused).toMatchObject({ status: 422, body: { code: 'unsafe_url' } });
    },
  );

  it('is added at one that is', async () => {
    const added = await client.call(api.addStorage, { body: location(origin) });
    expect(added).toMatchObject({
      status: 201,
      body: { accessible: true, checked: { list: true, read: true, trust: 'not_applicable' } },
    });
    storage_id = added.body.storage_id;
    const shown = await client.call(api.getStorage, { params: { storage_id } });
    expect(shown.body).toMatchObject({ type: 'minio', config: { endpoint: origin, bucket }, images: 0 });
    expect(JSON.stringify(shown.body)).not.toContain('secret-of-the-tenant');
  });

  it('is scanned, and its pictures are found', async () => {
    const { status, progress } = await scan();
    expect(status).toBe('completed');
    expect(progress).toMatchObject({ listed: PICTURES + 1, new: PICTURES + 1, indexed: PICTURES, failed: 1 });
    const { body } = await client.call(images.listImages, { query: { storage_id, limit: '10' } });
    expect(body.images.map(({ storage_type }) => storage_type)).toEqual(Array(PICTURES).fill('minio'));
    for (const [number, bytes] of pictures.entries()) expect(await foundBy(bytes)).toBe(keyOf(number));
  });

  it('has a picture hidden that two scans did not meet, until it is there again', async () => {
    const [first = new Uint8Array(), second = new Uint8Array()] = pictures;
    await s3.send(new DeleteObjectCommand({ Bucket: bucket, Key: keyOf(0) }));
    expect((await scan()).progress).toMatchObject({ absent: 1, same: PICTURES });
    expect(await foundBy(first)).toBe(keyOf(0));
    expect((await scan()).progress).toMatchObject({ missing: 1, same: PICTURES });
    expect([await foundBy(first), await foundBy(second)]).toEqual([undefined, keyOf(1)]);
    await put(keyOf(0), first);
    await scan();
    expect(await foundBy(first)).toBe(keyOf(0));
  });
});
