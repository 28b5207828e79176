import { createHash } from 'node:crypto';
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { beforeAll, describe, expect, it } from 'vitest';
import { type Blobs, FOLDERS } from '#shared/blobs/blobs.ts';
import { objectKeys } from '#shared/blobs/object-keys.ts';
import { s3Blobs } from '#shared/blobs/s3-blobs.ts';
import { type ImageId, newImageId, type TenantId, tenantId } from '#shared/kernel/ids.ts';
import { memoryBlobs } from '../../memory/blobs.ts';
import { emulator, uniqueName } from '../emulator.ts';

async function newBucket(): Promise<Blobs> {
  const client = new S3Client(emulator());
  const bucket = uniqueName('pictures');
  await client.send(new CreateBucketCommand({ Bucket: bucket }));
  return s3Blobs({ bucket, client });
}

const [tenant, stranger] = [tenantId('acme'), tenantId('acme-2')];
const upload = () => objectKeys.upload(tenant, newImageId());
const bytes = new Uint8Array([0, 255, 1, 2]);

describe.each([
  ['memory', async () => memoryBlobs()],
  ['S3', newBucket],
])('blobs in %s', (_, open) => {
  let blobs: Blobs;
  beforeAll(async () => {
    blobs = await open();
  });

  it('returns a stored object', async () => {
    const key = upload();
    expect(await blobs.get(tenant, key)).toBeUndefined();
    expect(await blobs.size(tenant, key)).toBeUndefined();
    await blobs.put(tenant, key, bytes, 'image/png');
    expect(Uint8Array.from((await blobs.get(tenant, key)) ?? [])).toEqual(bytes);
    expect(await blobs.size(tenant, key)).toBe(4);
  });

  it('creates an object once', async () => {
    const key = upload();
    expect(await blobs.create(tenant, key, bytes, 'image/png')).toBe(true);
    expect(await blobs.create(tenant, key, new Uint8Array([9]), 'image/png')).toBe(false);
    expect(Uint8Array.from((await blobs.get(tenant, key)) ?? [])).toEqual(bytes);
    await blobs.remove(tenant, [key]);
    expect(await blobs.create(tenant, key, bytes, 'image/png')).toBe(true);
  });

  it('returns how many objects it removes', async () => {
    const keys = [upload(), upload(), upload()] as const;
    await blobs.put(tenant, keys[0], bytes, 'image/png');
    await blobs.put(tenant, keys[1], bytes, 'image/png');
    expect(await blobs.remove(tenant, keys)).toBe(2);
    expect(await blobs.remove(tenant, keys)).toBe(0);
    expect(await blobs.remove(tenant, [])).toBe(0);
    expect(await blobs.get(tenant, keys[0])).toBeUndefined();
  });

  it('discards objects, whether they exist or not', async () => {
    const keys = [upload(), upload()] as const;
    await blobs.put(tenant, keys[0], bytes, 'image/png');
    await blobs.discard(tenant, keys);
    await blobs.discard(tenant, []);
    expect(await blobs.get(tenant, keys[0])).toBeUndefined();
  });

  it('empties a folder of one tenant only', async () => {
    const [gone, stays] = [tenantId(uniqueName('gone')), tenantId(uniqueName('stays'))];
    const keysOf = (owner: TenantId) => [
      objectKeys.incoming(owner, newImageId()),
      objectKeys.upload(owner, newImageId()),
      objectKeys.thumbnail(owner, newImageId(), 256),
      objectKeys.modelImage(owner, newImageId()),
      `events/images.indexed/2026-01-01/${owner}/1.json`,
      `events/images.indexed/2026-01-02/${owner}/1.json`,
      `events/images.failed/2026-01-02/${owner}/1.json`,
    ];
    // A tenant whose id begins with the other's.
    const alike = tenantId(`${gone}-2`);
    for (const owner of [gone, stays, alike])
      for (const key of keysOf(owner)) await blobs.put(owner, key, bytes, 'image/png');
    const removed = { incoming: 0, uploads: 0, derived: 0, events: 0 };
    for (const folder of FOLDERS) {
      expect(await blobs.count(gone, folder)).toBeGreaterThan(0);
      for (let more = -1; more !== 0; ) {
        more = await blobs.removeSome(gone, folder);
        removed[folder] += more;
      }
      expect(await blobs.count(gone, folder)).toBe(0);
      expect(await blobs.count(stays, folder)).toBeGreaterThan(0);
      expect(await blobs.count(alike, folder)).toBeGreaterThan(0);
    }
    expect(removed).toEqual({ incoming: 1, uploads: 1, derived: 2, events: 3 });
  });

  it('removes an image with all that was derived from it, of any size, and no other', async () => {
    const owner = tenantId('removes-images');
    const [image, other] = [newImageId(), newImageId()];
    const keysOf = (id: ImageId) => [
      objectKeys.incoming(owner, id),
      objectKeys.upload(owner, id),
      objectKeys.modelImage(owner, id),
      ...[64, 300].map((size) => objectKeys.thumbnail(owner, id, size)),
    ];
    for (const key of [...keysOf(image), ...keysOf(other)]) await blobs.put(owner, key, bytes, 'image/webp');
    await blobs.removeImage(owner, image);
    const present = async (keys: string[]) =>
      (await Promise.all(keys.map((key) => blobs.size(owner, key)))).filter((size) => size !== undefined);
    expect(await present(keysOf(image))).toEqual([]);
    expect(await present(keysOf(other))).toHaveLength(5);
    await blobs.removeImage(owner, image);
  });

  it('stores archived events under the tenant too', async () => {
    const key = `events/images.indexed/2026-01-01/${tenant}/1.json`;
    await blobs.put(tenant, key, bytes, 'application/json');
    expect(await blobs.size(tenant, key)).toBe(4);
  });

  it.each([
    'uploads/acme-2/x',
    'uploads/acme',
    'uploads/acme/../acme-2/x',
    'derived/acme-2/acme/256.webp',
    'events/images.indexed/2026-01-01/acme-2/1.json',
    'events/images.indexed/acme/acme-2/1.json',
    'events/images.indexed/2026-01-01/acme',
    'other/acme/x',
    '/uploads/acme/x',
    '',
  ])('rejects the key "%s" in every call', async (key) => {
    const refused = { code: 'forbidden' };
    await expect(blobs.put(tenant, key, bytes, 'image/png')).rejects.toMatchObject(refused);
    await expect(blobs.create(tenant, key, bytes, 'image/png')).rejects.toMatchObject(refused);
    await expect(blobs.get(tenant, key)).rejects.toMatchObject(refused);
    await expect(blobs.size(tenant, key)).rejects.toMatchObject(refused);
    await expect(blobs.remove(tenant, [upload(), key])).rejects.toMatchObject(refused);
    await expect(blobs.discard(tenant, [upload(), key])).rejects.toMatchObject(refused);
    await expect(blobs.presignDownload(tenant, key, 60)).rejects.toMatchObject(refused);
    const pin = { contentType: 'image/png', size: 4, expiresIn: 60 };
    await expect(blobs.presignUpload(tenant, key, pin)).rejects.toMatchObject(refused);
  });
});

describe('upload forms and links of S3', () => {
  let blobs: Blobs;
  beforeAll(async () => {
    blobs = await newBucket();
  });

  /** Posts a form as a browser does. @returns the status */
  async function post(
    { url, fields }: { url: string; fields: Record<string, string> },
    file: Uint8Array<ArrayBuffer>,
  ): Promise<number> {
    const form = new FormData();
    for (const [name, value] of Object.entries(fields)) form.append(name, value);
    form.append('file', new Blob([file]));
    return (await fetch(url, { method: 'POST', body: form })).status;
  }
  const formFor = (key: string, expiresIn = 60) =>
    blobs.presignUpload(tenant, key, { contentType: 'image/png', size: 4, expiresIn });

  it('accept the file that they were made for', async () => {
    const key = upload();
    expect(await post(await formFor(key), bytes)).toBeLessThan(300);
    expect(await blobs.size(tenant, key)).toBe(4);
  });

  it.each([
    ['larger', new Uint8Array(5)],
    ['smaller', new Uint8Array(3)],
    ['empty', new Uint8Array()],
  ])('reject a file that is %s', async (_, file) => {
    const key = upload();
    expect(await post(await formFor(key), file)).toBe(400);
    expect(await blobs.size(tenant, key)).toBeUndefined();
  });

  it('hold the checksum that the file must have', async () => {
    const pin = { contentType: 'image/png', size: 4, expiresIn: 60 };
    const sha256 = createHash('sha256').update(bytes).digest();
    const form = await blobs.presignUpload(tenant, upload(), { ...pin, sha256: sha256.toString('hex') });
    expect(form.fields['x-amz-checksum-sha256']).toBe(sha256.toString('base64'));
    expect(atob(form.fields.Policy ?? '')).toContain('x-amz-checksum-sha256');
    expect(await post(form, bytes)).toBeLessThan(300);
    const [key, changed] = [upload(), { 'x-amz-checksum-sha256': Buffer.alloc(32).toString('base64') }];
    const other = await blobs.presignUpload(tenant, key, { ...pin, sha256: sha256.toString('hex') });
    expect(await post({ url: other.url, fields: { ...other.fields, ...changed } }, bytes)).toBe(403);
    expect(await blobs.size(tenant, key)).toBeUndefined();
    // S3 compares it with the file, which the emulator does not: validation compares them again.
  });

  it('reject another key, another type and a changed form', async () => {
    const [key, other] = [upload(), objectKeys.upload(stranger, newImageId())];
    const { url, fields } = await formFor(key);
    expect(await post({ url, fields: { ...fields, key: other } }, bytes)).toBe(403);
    expect(await post({ url, fields: { ...fields, 'Content-Type': 'text/html' } }, bytes)).toBe(403);
    const policy = { expiration: '2999-01-01T00:00:00Z', conditions: [] };
    const forged = Buffer.from(JSON.stringify(policy)).toString('base64');
    expect(await post({ url, fields: { ...fields, Policy: forged } }, bytes)).toBe(403);
    expect(await blobs.size(tenant, key)).toBeUndefined();
    expect(await blobs.size(stranger, other)).toBeUndefined();
  });

  it('reject an expired form', async () => {
    const key = upload();
    expect(await post(await formFor(key, -1), bytes)).toBe(403);
    expect(await blobs.size(tenant, key)).toBeUndefined();
  });

  it('redirect to the object', async () => {
    const key = upload();
    await blobs.put(tenant, key, bytes, 'image/png');
    const reply = await fetch(await blobs.presignDownload(tenant, key, 60));
    expect([reply.status, reply.headers.get('content-type')]).toEqual([200, 'image/png']);
    expect(new Uint8Array(await reply.arrayBuffer())).toEqual(bytes);
  });
});
