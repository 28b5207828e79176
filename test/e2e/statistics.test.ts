import { beforeAll, describe, expect, it } from 'vitest';
import { deleteImage } from '#shared/contracts/http/images.ts';
import { getCapacity, getOverview } from '#shared/contracts/http/statistics.ts';
import { photograph } from '../fixtures/photographs.ts';
import { type Client, call, eventually, newTenant, settled, upload } from './client.ts';
import { readStack } from './stack.ts';

type Overview = Awaited<ReturnType<typeof overviewOf>>;
const overviewOf = async (client: Client) => (await client.call(getOverview)).body;
const overviewWhen = (client: Client, matches: (overview: Overview) => boolean) =>
  eventually(() => overviewOf(client), matches, 30_000);
const capacityOf = async () =>
  (
    await call(getCapacity, {
      query: { limit: '1000' },
      headers: { authorization: `Bearer ${readStack().admin_token}` },
    })
  ).body;

describe('the overview of a tenant’s images', () => {
  let client: Client;
  let other: Client;
  let images: string[];
  let bytes: number;
  beforeAll(async () => {
    [client, other] = [await newTenant('counted'), await newTenant('uncounted')];
    const [boats, plane] = [await photograph('nagasaki-boats'), await photograph('airplane-from-above')];
    const broken = new Uint8Array(2000).fill(7);
    bytes = 2 * boats.length + plane.length;
    images = [
      await upload(client, boats, { filename: 'boats.jpg' }),
      await upload(client, boats, { filename: 'boats-again.jpg' }),
      await upload(client, plane, { filename: 'plane.jpg' }),
      await upload(client, broken, { filename: 'broken.jpg' }),
    ];
    for (const image of images) await settled(client, image);
  });

  it('counts images as they arrive', async () => {
    const overview = await overviewWhen(client, ({ duplicates }) => duplicates.groups === 1);
    expect(overview).toMatchObject({
      images: {
        total: 4,
        by_status: { indexed: 3, failed: 1 },
        by_format: { jpeg: 3 },
        by_storage: { uploads: 4 },
      },
      storage_bytes: bytes,
      duplicates: { groups: 1, reclaimable_bytes: (await photograph('nagasaki-boats')).length },
      pipeline: { queue_depth: 0, oldest_age_s: 0 },
      health: 'ok',
    });
    expect(overview.pipeline.images_per_s).toBeGreaterThan(0);
    const { pipeline } = await overviewWhen(
      client,
      ({ pipeline: { stages } }) =>
        stages.every(({ depth }) => depth === 0) && (stages.at(-1)?.rate_per_s ?? 0) > 0,
    );
    expect(pipeline.stages.map(({ name }) => name)).toEqual(['validate', 'embed', 'index', 'detect']);
    expect(pipeline.stages.map(({ oldest_age_s }) => oldest_age_s)).toEqual([0, 0, 0, 0]);
  });

  it('excludes other tenants', async () => {
    expect(await overviewOf(other)).toMatchObject({
      images: { total: 0, by_status: {}, by_format: {}, by_storage: {} },
      storage_bytes: 0,
      duplicates: { groups: 0, reclaimable_bytes: 0 },
    });
  });

  it('agrees with the capacity that operators see', async () => {
    const { totals, tenants } = await capacityOf();
    const own = tenants.find(({ tenant_id }) => tenant_id === client.tenant);
    expect(own).toMatchObject({ images: 3, bytes, vectors: 6, queued: 0, queue_share: 0 });
    expect(own?.index_share).toBeCloseTo(6 / totals.vectors);
    expect(own?.cost_estimate_usd).toBeGreaterThan(0);
    expect(tenants.find(({ tenant_id }) => tenant_id === other.tenant)).toMatchObject({
      images: 0,
      vectors: 0,
    });
    const costs = tenants.map(({ cost_estimate_usd }) => cost_estimate_usd);
    expect(costs).toEqual(costs.toSorted((one, another) => another - one));
  });

  it('counts images down as they are deleted', async () => {
    for (const image of [images[0], images[3]])
      await client.call(deleteImage, { params: { image_id: image ?? '' } });
    const overview = await overviewWhen(client, ({ images }) => images.total === 2);
    expect(overview.images).toMatchObject({ by_status: { indexed: 2 }, by_format: { jpeg: 2 } });
    expect(overview.images.by_status).not.toHaveProperty('failed');
    await overviewWhen(
      client,
      ({ duplicates }) => duplicates.groups === 0 && duplicates.reclaimable_bytes === 0,
    );
  });
});
