import { beforeAll, describe, expect, it } from 'vitest';
import { searchDuplicates } from '#shared/contracts/http/duplicates.ts';
import {
  addImage,
  deleteImage,
  getThumbnail,
  listImages,
  requestUploads,
} from '#shared/contracts/http/images.ts';
import { searchSimilarity } from '#shared/contracts/http/search.ts';
import { changeSettings, getSettings } from '#shared/contracts/http/settings.ts';
import { putLimits } from '#shared/contracts/http/tenants.ts';
import { photograph } from '../fixtures/photographs.ts';
import { postFile } from '../fixtures/post-file.ts';
import { type Client, call, eventually, newTenant, settled, upload } from './client.ts';
import { readStack } from './stack.ts';

const limit = (client: Client, body: { stored_images: number }) =>
  call(putLimits, {
    params: { tenant_id: client.tenant },
    body,
    headers: { authorization: `Bearer ${readStack().admin_token}` },
  });

describe('storage of a tenant', () => {
  let client: Client;
  let bytes: Uint8Array;
  const announce = async (count: number) => {
    const file = { filename: 'a.jpg', content_type: 'image/jpeg', size: bytes.length };
    const { body } = await client.call(requestUploads, {
      body: { files: Array.from({ length: count }, () => file) },
    });
    return body.uploads;
  };
  beforeAll(async () => {
    client = await newTenant('quota');
    bytes = await photograph('allium-oreophilum');
    await limit(client, { stored_images: 2 });
  });

  const codes = (entries: Awaited<ReturnType<typeof announce>>) =>
    entries.map((entry) => ('error' in entry ? entry.error.code : 'form'));
  const remove = (image_id: string) => client.call(deleteImage, { params: { image_id } });

  it('is limited by the quota before a form is issued, and a deletion frees quota', async () => {
    const first = await upload(client, bytes, { filename: 'one.jpg' });
    expect((await settled(client, first)).status).toBe('indexed');
    const entries = await announce(2);
    expect(codes(entries)).toEqual(['form', 'quota_exceeded']);
    const inline = await client.call(addImage, { body: { image: Buffer.from(bytes).toString('base64') } });
    expect(inline).toMatchObject({ status: 429, body: { code: 'quota_exceeded' } });
    expect(inline.body.detail).toContain('1 images and');
    expect(inline.body.detail).toContain('reserved for uploads');
    await remove(first);
    expect(codes(await announce(2))).toEqual(['form', 'quota_exceeded']);
  });

  it('is reserved by forms that nobody has used, until their image is deleted, refused or stored', async () => {
    for (const { image_id } of (await client.call(listImages, {})).body.images) await remove(image_id);
    const forms = [...(await announce(1)), ...(await announce(1))].flatMap((entry) =>
      'url' in entry ? [entry] : [],
    );
    const [used, broken] = forms;
    if (!used || !broken) throw new Error('The quota has room for two forms.');
    expect(codes(await announce(1))).toEqual(['quota_exceeded']);

    await postFile(used, bytes, 'image/jpeg');
    expect((await settled(client, used.image_id)).status).toBe('indexed');
    expect(codes(await announce(1))).toEqual(['quota_exceeded']);

    await postFile(broken, new Uint8Array(bytes.length), 'image/jpeg');
    expect(await settled(client, broken.image_id)).toMatchObject({
      status: 'failed',
      failure: { stage: 'validation' },
    });
    const again = await announce(2);
    expect(codes(again)).toEqual(['form', 'quota_exceeded']);
    for (const entry of again) if ('url' in entry) await remove(entry.image_id);
    expect(codes(await announce(1))).toEqual(['form']);
  });
});

describe('settings of a tenant', () => {
  it('apply to its images, searches and groups from then on', async () => {
    const client = await newTenant('settings');
    const before = await client.call(getSettings);
    expect(before.body).toEqual({
      thumbnail_sizes: [256, 1024],
      similarity_threshold: 0.7,
      keeper_rule: 'pixels',
      models: ['deeplens-lite-v1'],
      filling_models: [],
    });
    const changed = await client.call(changeSettings, {
      body: { thumbnail_sizes: [128], similarity_threshold: 1, keeper_rule: 'age' },
    });
    expect(changed.body).toMatchObject({ thumbnail_sizes: [128], keeper_rule: 'age' });
    const unknown = await client.call(changeSettings, { body: { models: ['none'] } });
    expect(unknown).toMatchObject({ status: 400, body: { errors: [{ pointer: '/models/0' }] } });

    const bytes = await photograph('french-alpine-landscape');
    const first = await upload(client, bytes, { filename: 'first.jpg' });
    await settled(client, first);
    const second = await upload(client, bytes, { filename: 'second.jpg' });
    await settled(client, second);
    const thumbnail = (size?: string) =>
      client.call(getThumbnail, { params: { image_id: first }, ...(size && { query: { size } }) });
    expect((await thumbnail()).headers.get('location')).toContain('128.webp');
    expect(await thumbnail('1024')).toMatchObject({ status: 400, body: { code: 'invalid_request' } });

    const other = Buffer.from(await photograph('nagasaki-boats')).toString('base64');
    expect((await client.call(searchSimilarity, { body: { image: other } })).body.results).toEqual([]);
    const { body } = await eventually(
      () => client.call(searchDuplicates, { body: { scope: 'all' } }),
      (reply) => reply.body.total_groups === 1,
    );
    expect(body.groups[0]).toMatchObject({ suggested_keeper: first, keeper_reason: 'oldest' });
  });
});
