import { expect, it } from 'vitest';
import { deleteImage } from '#shared/contracts/http/images.ts';
import { searchSimilarity } from '#shared/contracts/http/search.ts';
import { edits } from '../fixtures/edits.ts';
import { photograph } from '../fixtures/photographs.ts';
import { eventually, newTenant, settled, upload } from './client.ts';

it('a cached result is served until the library changes and never contains deleted images', async () => {
  const client = await newTenant('cache');
  const original = await photograph('nagasaki-boats');
  const image = Buffer.from(original).toString('base64');
  const search = async () => {
    const { body, headers } = await client.call(searchSimilarity, { body: { image } });
    const remaining = /"searches";r=(\d+)/.exec(headers.get('ratelimit') ?? '')?.[1];
    return { ...body, ids: body.results.map(({ image_id }) => image_id), remaining: Number(remaining) };
  };
  const add = async (bytes: Uint8Array) => {
    const id = await upload(client, bytes, { filename: 'boats.jpg' });
    expect((await settled(client, id)).status).toBe('indexed');
    return id;
  };
  const remove = async (image_id: string) =>
    (await client.call(deleteImage, { params: { image_id } })).body.receipt.deleted.cache_entries;

  expect(await search()).toMatchObject({ cached: false, explanation: { code: 'library_empty' } });
  expect(await search()).toMatchObject({ cached: true, explanation: { code: 'library_empty' } });

  const first = await add(original);
  const fresh = await search();
  const repeated = await search();
  expect(fresh).toMatchObject({ cached: false, ids: [first] });
  expect(repeated).toMatchObject({ cached: true, results: fresh.results });
  expect(repeated.query_id).not.toBe(fresh.query_id);
  // A cached search is metered too. Retried, as two searches may fall into different windows of the limiter.
  await eventually(
    async () => [await search(), await search()] as const,
    ([one, other]) => one.cached && other.cached && other.remaining === one.remaining - 1,
  );

  const copy = await add(await edits.jpeg20(original));
  expect(await search()).toMatchObject({ cached: false, ids: [first, copy] });
  expect(await search()).toMatchObject({ cached: true, ids: [first, copy] });

  expect(await remove(first)).toBe(1);
  expect(await search()).toMatchObject({ cached: false, ids: [copy] });
  expect(await search()).toMatchObject({ cached: true, ids: [copy] });
  expect(await remove(copy)).toBe(1);
  expect(await search()).toMatchObject({ cached: false, ids: [] });
});
