import { createHash } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import * as api from '#shared/contracts/http/images.ts';
import { searchSimilarity } from '#shared/contracts/http/search.ts';
import { photograph } from '../fixtures/photographs.ts';
import { postFile } from '../fixtures/post-file.ts';
import { type Client, newTenant, settled, upload } from './client.ts';

let client: Client;
let bytes: Uint8Array;

beforeAll(async () => {
  client = await newTenant('ingest');
  bytes = await photograph('allium-oreophilum');
});

describe('an uploaded image', () => {
  it('passes all steps and has a complete record', async () => {
    const image = await upload(client, bytes, {
      filename: 'flower.jpg',
      external_id: 'my-1',
      metadata: { album: 'garden' },
    });
    const record = await settled(client, image);
    expect(record).toMatchObject({
      image_id: image,
      external_id: 'my-1',
      status: 'indexed',
      file_path: 'flower.jpg',
      storage_location: 'uploads',
      storage_type: 's3',
      file_size: bytes.length,
      format: 'jpeg',
      hash_sha256: createHash('sha256').update(bytes).digest('hex'),
      hash_md5: createHash('md5').update(bytes).digest('hex'),
      hash_perceptual: expect.stringMatching(/^[0-9a-f]{16}$/),
      metadata: { album: 'garden' },
      models: ['deeplens-lite-v1'],
    });
    const times = [
      record.created_at,
      record.uploaded_at,
      record.validated_at,
      record.processed_at,
      record.indexed_at,
    ];
    expect(times.every(Boolean)).toBe(true);
    expect([...times].sort()).toEqual(times);

    const { body } = await client.call(api.listImages, { query: { external_id: 'my-1' } });
    expect(body.images.map(({ image_id }) => image_id)).toEqual([image]);
  });

  it('has thumbnails', async () => {
    const image = await upload(client, bytes, { filename: 'thumb.jpg' });
    await settled(client, image);
    for (const size of ['256', '1024'] as const) {
      const { status, headers } = await client.call(api.getThumbnail, {
        params: { image_id: image },
        query: { size },
      });
      expect(status).toBe(302);
      const thumbnail = await fetch(headers.get('location') ?? '');
      expect(thumbnail.headers.get('content-type')).toBe('image/webp');
      expect((await thumbnail.arrayBuffer()).byteLength).toBeGreaterThan(1000);
    }
  });

  it('must match the announced size, type and key', async () => {
    const { body } = await client.call(api.requestUploads, {
      body: { files: [{ filename: 'a.jpg', content_type: 'image/jpeg', size: bytes.length }] },
    });
    const form = body.uploads[0];
    if (!form || !('url' in form)) throw new Error('refused');
    expect((await postFile(form, bytes.slice(1), 'image/jpeg')).ok).toBe(false);
    const elsewhere = { ...form, fields: { ...form.fields, key: 'incoming/somebody/else' } };
    expect((await postFile(elsewhere, bytes, 'image/jpeg')).ok).toBe(false);
  });

  it('fails if it differs from its announced checksum', async () => {
    const file = { filename: 'a.jpg', size: bytes.length, sha256: '0'.repeat(64) };
    const { body } = await client.call(api.requestUploads, { body: { files: [file] } });
    const form = body.uploads[0];
    if (!form || !('url' in form)) throw new Error('refused');
    // S3 itself refuses the file; the emulator does not compare checksums.
    if (!(await postFile(form, bytes, 'image/jpeg')).ok) return;
    expect(await settled(client, form.image_id)).toMatchObject({
      status: 'failed',
      failure: { code: 'checksum_mismatch' },
    });
  });

  it('is rejected without affecting the others of a call', async () => {
    const { status, body } = await client.call(api.requestUploads, {
      body: {
        files: [
          { filename: 'a.svg', content_type: 'image/svg+xml', size: 10 },
          { filename: 'b.jpg', content_type: 'image/jpeg', size: 0 },
          { filename: 'c.jpg', content_type: 'image/jpeg', size: 10 ** 9 },
          { filename: 'd.jpg', content_type: 'image/jpeg', size: 'many' },
          { filename: 'e.jpg', content_type: 'image/jpeg', size: 10 },
        ],
      },
    });
    expect(status).toBe(201);
    expect(body.uploads.map((entry) => ('error' in entry ? entry.error.code : entry.status))).toEqual([
      'unsupported_media_type',
      'unreadable_image',
      'payload_too_large',
      'invalid_request',
      'pending_upload',
    ]);
  });
});

describe('an image inside a request', () => {
  it('is accepted as base64, once per idempotency key', async () => {
    const request = {
      body: { image: Buffer.from(bytes).toString('base64'), filename: 'b64.jpg' },
      headers: { 'idempotency-key': 'once' },
    };
    const first = await client.call(api.addImage, request);
    const second = await client.call(api.addImage, request);
    expect(first.status).toBe(202);
    expect(second.body).toEqual(first.body);
    const other = await client.call(api.addImage, {
      ...request,
      body: { ...request.body, filename: 'other.jpg' },
    });
    expect([other.status, other.body.code]).toEqual([400, 'idempotency_key_reused']);
    expect((await settled(client, first.body.image_id)).status).toBe('indexed');
  });

  it('is accepted as multipart', async () => {
    const form = new FormData();
    form.append('file', new Blob([Buffer.from(bytes)], { type: 'image/jpeg' }), 'multi.jpg');
    form.append('external_id', 'multi');
    form.append('metadata', '{"a":"b"}');
    const { status, body } = await client.call(api.addImage, { form });
    expect(status).toBe(202);
    expect(await settled(client, body.image_id)).toMatchObject({
      status: 'indexed',
      file_path: 'multi.jpg',
      external_id: 'multi',
      metadata: { a: 'b' },
      file_size: bytes.length,
    });
  });

  it('is refused if another image has its external id, or gets its record', async () => {
    const body = { image: Buffer.from(bytes).toString('base64'), filename: 'first.jpg', external_id: 'only' };
    const { body: first } = await client.call(api.addImage, { body });
    const again = { body: { ...body, filename: 'again.jpg' } };
    const conflict = { code: 'conflict', existing_image_id: first.image_id };
    expect(await client.call(api.addImage, again)).toMatchObject({ status: 409, body: conflict });
    const query = { on_conflict: 'return' } as const;
    const record = { image_id: first.image_id, file_path: 'first.jpg' };
    for (const headers of [{}, { 'idempotency-key': 'again' }, { 'idempotency-key': 'again' }])
      expect(await client.call(api.addImage, { ...again, query, headers })).toMatchObject({
        status: 200,
        body: record,
      });
    const files = { files: [{ filename: 'c.jpg', size: 10, external_id: 'only' }] };
    const announced = await client.call(api.requestUploads, { body: files });
    expect(announced).toMatchObject({ status: 201, body: { uploads: [{ error: conflict }] } });
    const returned = await client.call(api.requestUploads, { body: files, query });
    expect(returned.body.uploads).toMatchObject([record]);

    await client.call(api.deleteImage, { params: { image_id: first.image_id } });
    expect((await client.call(api.addImage, again)).status).toBe(202);
  });

  it('is rejected if missing or too large', async () => {
    expect(await client.call(api.addImage, { body: {} })).toMatchObject({
      status: 400,
      body: { code: 'invalid_request' },
    });
    const large = Buffer.alloc(4.6 * 1024 * 1024).toString('base64');
    expect(await client.call(api.addImage, { body: { image: large } })).toMatchObject({
      status: 413,
      body: { code: 'payload_too_large' },
    });
  });
});

describe('a deleted image', () => {
  it('leaves only a receipt', async () => {
    const image = await upload(client, await photograph('nagasaki-boats'), { filename: 'boats.jpg' });
    await settled(client, image);
    const { status, body } = await client.call(api.deleteImage, { params: { image_id: image } });
    expect(status).toBe(200);
    expect(body.receipt).toMatchObject({
      image_id: image,
      deleted: { objects: 2, thumbnails: 2, vectors: 1 },
    });
    for (const operation of [api.getImage, api.getThumbnail, api.deleteImage])
      expect(await client.call(operation, { params: { image_id: image } })).toMatchObject({
        status: 410,
        body: { code: 'purged' },
      });
    const found = await client.call(searchSimilarity, {
      body: { image: Buffer.from(await photograph('nagasaki-boats')).toString('base64') },
    });
    expect(found.body.results.map(({ image_id }) => image_id)).not.toContain(image);
  });
});

describe('the list of images', () => {
  it('is paged, newest first, and filtered by status', async () => {
    const pager = await newTenant('pages');
    const ids: string[] = [];
    for (let n = 0; n < 5; n += 1) ids.push(await upload(pager, bytes, { filename: `${n}.jpg` }));
    for (const id of ids) await settled(pager, id);
    const seen: string[] = [];
    let cursor: string | undefined;
    do {
      const { body } = await pager.call(api.listImages, {
        query: { limit: '2', status: 'indexed', ...(cursor && { cursor }) },
      });
      seen.push(...body.images.map(({ image_id }) => image_id));
      cursor = body.next_cursor;
    } while (cursor);
    expect(seen).toEqual(ids.toReversed());
    const listed = async (query: Record<string, string>) =>
      (await pager.call(api.listImages, { query })).body.images.map(({ image_id }) => image_id);
    const [first = '', second = ''] = ids;
    expect(await listed({ ids: [second, `img_${'0'.repeat(26)}`, first].join(',') })).toEqual([
      second,
      first,
    ]);
    const { body: record } = await pager.call(api.getImage, { params: { image_id: second } });
    const range = { created_after: record.created_at, storage_id: 'uploads', sort: 'created_at' };
    expect(await listed(range)).toEqual(ids.slice(1));
    expect(await listed({ ...range, created_before: record.created_at })).toEqual([second]);
    const wrong = await pager.call(api.listImages, { query: { cursor: 'nonsense' } });
    expect([wrong.status, wrong.body.code]).toEqual([400, 'invalid_cursor']);
  });
});
