import sharp from 'sharp';
import { beforeAll, describe, expect, it } from 'vitest';
import type * as z from 'zod';
import { searchSimilarity } from '#shared/contracts/http/search.ts';
import { collage } from '../fixtures/collage.ts';
import { edits } from '../fixtures/edits.ts';
import { PHOTOGRAPHS, photograph } from '../fixtures/photographs.ts';
import { type Client, newTenant, settled, upload } from './client.ts';

let client: Client;
const ids = new Map<string, string>();
const base64 = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64');

beforeAll(async () => {
  client = await newTenant('search');
  for (const name of PHOTOGRAPHS) {
    const kind = name.includes('boats') ? 'sea' : 'land';
    ids.set(
      name,
      await upload(client, await photograph(name), {
        filename: `${name}.jpg`,
        metadata: { kind, tags: [kind, name] },
      }),
    );
  }
  for (const id of ids.values()) await settled(client, id);
});

describe('a search', () => {
  it.each(PHOTOGRAPHS)('finds %s first, as exact', async (name) => {
    const { body } = await client.call(searchSimilarity, { body: { image: base64(await photograph(name)) } });
    expect(body.results[0]).toMatchObject({
      image_id: ids.get(name),
      verdict: 'exact',
      similarity_score: 1,
      reason: { sha256_equal: true, perceptual_distance: 0 },
      file_path: `${name}.jpg`,
    });
    expect(body).toMatchObject({
      model: 'deeplens-lite-v1',
      cached: false,
      total_results: body.results.length,
    });
    const thumbnail = await fetch(body.results[0]?.thumbnail_url ?? '', {
      headers: { 'x-api-key': client.key },
      redirect: 'manual',
    });
    expect(thumbnail.status).toBe(302);
  });

  it.each(['jpeg20', 'resize25', 'grey', 'crop70'] as const)(
    'finds the original of a %s copy first, as an edited copy',
    async (edit) => {
      for (const name of PHOTOGRAPHS) {
        const { body } = await client.call(searchSimilarity, {
          body: { image: base64(await edits[edit](await photograph(name))) },
        });
        expect(body.results[0], `${edit} of ${name}`).toMatchObject({
          image_id: ids.get(name),
          verdict: 'edited_copy',
        });
      }
    },
  );

  it('finds the original of a crop', async () => {
    const { body } = await client.call(searchSimilarity, {
      body: { image: base64(await edits.crop50(await photograph('nagasaki-boats'))) },
    });
    expect(body.results[0]).toMatchObject({ image_id: ids.get('nagasaki-boats'), verdict: 'edited_copy' });
  });

  it('finds a photograph embedded in a page and returns its region', async () => {
    const bytes = await photograph('nagasaki-boats');
    const { width, height } = await sharp(bytes).metadata();
    const margins = { top: height, bottom: height, left: width, right: width };
    const page = await sharp(bytes)
      .extend({ ...margins, background: '#f4f4f6' })
      .png()
      .toBuffer();
    const { body } = await client.call(searchSimilarity, { body: { image: base64(page) } });
    expect(body.results[0]).toMatchObject({ image_id: ids.get('nagasaki-boats'), verdict: 'edited_copy' });
    const { x = 0, y = 0, width: across = 0, height: down = 0 } = body.results[0]?.reason.query_region ?? {};
    for (const share of [x, y, across, down]) expect(share).toBeCloseTo(1 / 3, 1);
  });

  it('finds the photographs of a collage, and each place of one that it shows twice', async () => {
    const [twice, once, other] = ['nagasaki-boats', 'allium-oreophilum', 'dust-bowl-home'] as const;
    const bytes = await collage([twice, once, other, twice].map(photograph));
    const { body } = await client.call(searchSimilarity, { body: { image: base64(bytes) } });
    for (const [name, places] of [
      [twice, 2],
      [once, 1],
    ] as const) {
      const { verdict, reason } = body.results.find(({ image_id }) => image_id === ids.get(name)) ?? {};
      const { alignment, alignments } = reason ?? {};
      expect([verdict, alignments?.length, alignments?.[0]]).toEqual(['edited_copy', places, alignment]);
    }
  });

  it('accepts a stored image as the query and excludes it from the results', async () => {
    const image_id = ids.get('allium-oreophilum') ?? '';
    const { body } = await client.call(searchSimilarity, { body: { image_id, similarity_threshold: 0 } });
    expect(body.results.length).toBeGreaterThan(0);
    expect(body.results.map((result) => result.image_id)).not.toContain(image_id);
    expect(body.results.every(({ verdict }) => verdict === 'similar')).toBe(true);
  });

  it('respects the threshold, the maximum and the filters', async () => {
    const image = base64(await photograph('nagasaki-boats'));
    const all = await client.call(searchSimilarity, {
      body: { image, similarity_threshold: 0, max_results: 3 },
    });
    expect(all.body.results).toHaveLength(3);
    const strict = await client.call(searchSimilarity, { body: { image, similarity_threshold: 1 } });
    expect(strict.body.results.map(({ image_id }) => image_id)).toEqual([ids.get('nagasaki-boats')]);
    const land = await client.call(searchSimilarity, {
      body: { image, similarity_threshold: 0, filters: { metadata: { kind: 'land' } } },
    });
    expect(land.body.results).toHaveLength(PHOTOGRAPHS.length - 1);
    const nowhere = await client.call(searchSimilarity, {
      body: { image, storage_locations: ['st_elsewhere'] },
    });
    expect(nowhere.body).toMatchObject({
      results: [],
      total_results: 0,
      explanation: { code: 'storage_empty' },
    });
  });

  it('matches any of several values of a metadata key', async () => {
    const found = async (filters: z.input<NonNullable<typeof searchSimilarity.body>>['filters']) => {
      const image = base64(await photograph('nagasaki-boats'));
      const { body } = await client.call(searchSimilarity, {
        body: { image, similarity_threshold: 0, filters },
      });
      return body.results.map(({ image_id }) => image_id).sort();
    };
    const all = [...ids.values()].sort();
    const both = [ids.get('nagasaki-boats'), ids.get('dust-bowl-home')].sort();
    expect(await found({ metadata: { kind: ['land', 'sea'] } })).toEqual(all);
    expect(await found({ metadata: { tags: ['sea', 'dust-bowl-home', 'none'] } })).toEqual(both);
    expect(await found({ metadata: { tags: ['sea', 'land'], kind: 'sea' } })).toEqual([
      ids.get('nagasaki-boats'),
    ]);
    expect(await found({ created_after: '2020-01-01T00:00:00Z', format: 'jpeg' })).toEqual(all);
    expect(await found({ created_before: '2020-01-01T00:00:00Z' })).toEqual([]);
  });

  it('explains an empty result', async () => {
    const image = base64(await photograph('acanthus-mollis'));
    const format = { image, filters: { format: 'gif' as const } };
    expect((await client.call(searchSimilarity, { body: format })).body.explanation?.code).toBe(
      'filters_exclude_all',
    );
    const strict = { image, similarity_threshold: 1, filters: { metadata: { kind: 'sea' } } };
    const { body } = await client.call(searchSimilarity, { body: strict });
    expect(body).toMatchObject({ results: [], explanation: { code: 'below_threshold' } });
    expect(body.explanation?.nearest_score).toBeLessThan(1);
    const empty = await (await newTenant('empty')).call(searchSimilarity, { body: { image } });
    expect(empty.body).toMatchObject({ results: [], explanation: { code: 'library_empty' } });
  });

  it('searches by a region of the query, with the filters of a form', async () => {
    const boats = sharp(await photograph('nagasaki-boats')).resize(600, 600, { fit: 'fill' });
    const two = await sharp(await photograph('dust-bowl-home'))
      .resize(600, 600, { fit: 'fill' })
      .extend({ right: 600 })
      .composite([{ input: await boats.toBuffer(), left: 600, top: 0 }])
      .jpeg()
      .toBuffer();
    const first = async (fields: Record<string, unknown>) => {
      const form = new FormData();
      form.append('file', new Blob([two]), 'two.jpg');
      for (const [name, value] of Object.entries(fields)) form.append(name, JSON.stringify(value));
      const { body } = await client.call(searchSimilarity, { form });
      return body.results.find(({ verdict }) => verdict === 'edited_copy')?.image_id;
    };
    const right = { x: 0.5, y: 0, width: 0.5, height: 1 };
    expect(await first({ region: right })).toBe(ids.get('nagasaki-boats'));
    expect(await first({ region: { ...right, x: 0 } })).toBe(ids.get('dust-bowl-home'));
    const land = { metadata: { kind: ['land', 'air'] } };
    expect(await first({ region: right, filters: land })).toBeUndefined();
  });

  it('accepts multipart', async () => {
    const form = new FormData();
    form.append('file', new Blob([Buffer.from(await photograph('dust-bowl-home'))]), 'query.jpg');
    form.append('max_results', '1');
    const { body } = await client.call(searchSimilarity, { form });
    expect(body.results.map(({ image_id }) => image_id)).toEqual([ids.get('dust-bowl-home')]);
  });

  it.each([
    ['no image', {}, 400, 'invalid_request'],
    ['an unknown image', { image_id: 'img_00000000000000000000000000' }, 404, 'not_found'],
    [
      'a file that is not an image',
      { image: base64(Buffer.from('just words, no image')) },
      415,
      'unsupported_media_type',
    ],
    ['an unknown filter', { image: 'AAAA', filters: { formt: 'png' } }, 400, 'invalid_request'],
    ['a threshold beyond 1', { image: 'AAAA', similarity_threshold: 2 }, 400, 'invalid_request'],
    [
      'an unknown model',
      { image_id: 'img_00000000000000000000000000', model: 'other' },
      400,
      'invalid_request',
    ],
  ])('rejects %s', async (_description, body, status, code) => {
    expect(await client.call(searchSimilarity, { body })).toMatchObject({ status, body: { code } });
  });
});
