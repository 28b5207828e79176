import { describe, expect, test } from 'vitest';
import { findNearImages } from '#shared/matching/find-near-images.ts';
import type { MatchOptions, MatchPorts } from '#shared/matching/match-context.ts';
import type { OrientedDescriptors, QueryImage } from '#shared/matching/query-image.ts';
import { SEARCH_BOUNDS } from '#shared/search/search-images.ts';
import {
  ACME,
  embeddingAt,
  library,
  manifest,
  OTHER,
  partlyCovered,
  randomDescriptors,
} from '../search/library.ts';

const query: QueryImage = {
  sha256: 'f'.repeat(64),
  pixelHash: 'e'.repeat(64),
  perceptualHash: 'fedcba9876543210',
  width: 400,
  height: 300,
  embedding: { ...embeddingAt(1, 1), local: randomDescriptors(1) },
};
const options: MatchOptions = { k: 50, similarFrom: 0, bounds: SEARCH_BOUNDS };
const upsideDown = (values: Int8Array): OrientedDescriptors => ({
  orientation: 'turned180',
  descriptors: { rows: 14, columns: 14, dimension: 64, values, width: 400, height: 300 },
});

async function findImages(ports: MatchPorts, by: QueryImage, how: MatchOptions, model = manifest) {
  return (await findNearImages(ports)(ACME, model, by, how)).images;
}

describe('findNearImages', () => {
  test('verifies uncertain candidates by geometry, and returns the alignment', async () => {
    const { add, ...ports } = await library();
    const image = await add({ ...embeddingAt(0.5, 0.3), local: randomDescriptors(1) });
    const lookalike = await add({ ...embeddingAt(0.5, 0.3, 2), local: randomDescriptors(2) });
    const { images } = await findNearImages(ports)(ACME, manifest, query, options);
    const byId = new Map(images.map((each) => [each.record.image_id, each]));
    expect(byId.get(image)?.verdict).toBe('edited_copy');
    expect(byId.get(image)?.alignment?.scale).toBeCloseTo(1);
    expect(byId.get(lookalike)?.verdict).toBe('similar');
  });

  test('verifies the five nearest uncertain candidates only', async () => {
    const { add, ...ports } = await library();
    for (let axis = 1; axis <= 8; axis++) {
      await add({ ...embeddingAt(0.4 + axis / 100, 0.3, axis), local: randomDescriptors(1) });
    }
    const { images } = await findNearImages(ports)(ACME, manifest, query, options);
    const copies = images.filter(({ verdict }) => verdict === 'edited_copy');
    expect(copies).toHaveLength(5);
    expect(Math.min(...copies.map(({ evidence }) => evidence.copy ?? 0))).toBeGreaterThan(0.43);
  });

  test('verifies candidates with lower cosines if no copy is certain', async () => {
    const { add, ...ports } = await library();
    const far = await add({ ...embeddingAt(0.3, 0.3), local: randomDescriptors(1) });
    const verdict = async () =>
      (await findNearImages(ports)(ACME, manifest, query, options)).images.find(
        ({ record }) => record.image_id === far,
      )?.verdict;
    expect(await verdict()).toBe('edited_copy');
    await add(embeddingAt(0.9, 0.3, 2));
    expect(await verdict()).toBe('similar');
  });

  test('returns the upright alignment if it is better than those of other orientations', async () => {
    const { add, ...ports } = await library();
    const local = randomDescriptors(1);
    await add({ ...embeddingAt(0.5, 0.3), local });
    const [near] = await findImages(
      ports,
      { ...query, embedding: { ...query.embedding, local: partlyCovered(local) } },
      { ...options, otherOrientations: async () => [upsideDown(randomDescriptors(7))] },
    );
    expect(near?.alignment?.inlierScore).toBeGreaterThan(7);
    expect(near?.alignment?.rotation).toBeCloseTo(0, 0);
  });

  test('tries other orientations only if a candidate is uncertain and nothing is proven', async () => {
    const local = randomDescriptors(1);
    let calls = 0;
    const otherOrientations = async (): Promise<OrientedDescriptors[]> => {
      calls++;
      return [upsideDown(local)];
    };
    const unlike = { ...query, embedding: { ...query.embedding, local: randomDescriptors(9) } };

    const unlikely = await library();
    await unlikely.add({ ...embeddingAt(0.2, 0.3), local });
    await findNearImages(unlikely)(ACME, manifest, unlike, { ...options, otherOrientations });
    expect(calls).toBe(0);

    const certain = await library();
    await certain.add(embeddingAt(0.9, 0.3, 2));
    await certain.add({ ...embeddingAt(0.5, 0.3), local });
    await findNearImages(certain)(ACME, manifest, unlike, { ...options, otherOrientations });
    expect(calls).toBe(0);

    const rotated = await library();
    await rotated.add({ ...embeddingAt(0.5, 0.3), local });
    const [near] = await findImages(rotated, unlike, { ...options, otherOrientations });
    expect(calls).toBe(1);
    expect(near?.verdict).toBe('edited_copy');
    expect(Math.abs(near?.alignment?.rotation ?? 0)).toBeCloseTo(180);
  });

  test('computes a cosine that the index did not return', async () => {
    const { add, ...ports } = await library();
    await add(embeddingAt(0.9, 0.1, 1));
    await add(embeddingAt(0.1, 0.9, 2));
    const { images } = await findNearImages(ports)(ACME, manifest, query, { ...options, k: 1 });
    expect(images).toHaveLength(2);
    for (const { evidence } of images) {
      expect((evidence.copy ?? 0) + (evidence.semantic ?? 0)).toBeCloseTo(1);
    }
  });

  test('judges by vectors alone if the model computes no local descriptors', async () => {
    const { add, ...ports } = await library();
    await add({ ...embeddingAt(0.5, 0.3), local: randomDescriptors(1) });
    const plain = { ...manifest, outputs: manifest.outputs.filter(({ use }) => use !== 'verification') };
    const [near] = await findImages(ports, query, options, plain);
    expect(near?.verdict).toBe('similar');
    expect(near?.alignment).toBeUndefined();
  });

  test('leaves out the query itself, purged images and other tenants', async () => {
    const { add, ...ports } = await library();
    const self = await add(embeddingAt(1, 1));
    const purged = await add(embeddingAt(0.95, 0.9, 2));
    await ports.imageStore.markPurged(ACME, purged, '2026-03-02T00:00:00.000Z');
    await add(embeddingAt(0.99, 0.99), {}, OTHER);
    const { images, nearest } = await findNearImages(ports)(
      ACME,
      manifest,
      { ...query, imageId: self },
      options,
    );
    expect(images).toEqual([]);
    expect(nearest.map(({ imageId }) => imageId)).toEqual([purged]);
  });

  test('equal pixels in another file are exact', async () => {
    const { add, ...ports } = await library();
    const hashes = { hash_perceptual: query.perceptualHash, hash_pixels: query.pixelHash };
    await add(embeddingAt(0.99, 0.99), hashes);
    await add(embeddingAt(0.98, 0.98, 2), { ...hashes, width: 300, height: 400 });
    const { images } = await findNearImages(ports)(ACME, manifest, query, options);
    expect(images.map(({ verdict }) => verdict).sort()).toEqual(['edited_copy', 'exact']);
  });

  test('searches for the embedded image if nothing is proven, with alignments of the whole query', async () => {
    const { add, ...ports } = await library();
    const image = await add({ ...embeddingAt(0.5, 0.9), local: randomDescriptors(1) });
    const page = { ...query, embedding: embeddingAt(0.1, 0.9, 2) };
    const region = { x: 0.5, y: 0.25, width: 0.5, height: 0.5 };
    let calls = 0;
    const embeddedImage = async () => {
      calls += 1;
      return { region, query };
    };
    const [near, ...others] = await findImages(ports, page, { ...options, embeddedImage });
    expect(others).toEqual([]);
    expect(near).toMatchObject({ record: { image_id: image }, verdict: 'edited_copy', queryRegion: region });
    const [corner, , below] = near?.alignment?.quad ?? [];
    expect(corner?.x).toBeCloseTo(-1);
    expect(corner?.y).toBeCloseTo(-0.5);
    expect(below?.x).toBeCloseTo(1);
    expect(below?.y).toBeCloseTo(1.5);

    const [same] = await findImages(ports, query, { ...options, embeddedImage });
    expect(same).not.toHaveProperty('queryRegion');
    expect(calls).toBe(1);
    const unlike = { ...query, embedding: { ...embeddingAt(0.1, 0.5, 2), local: randomDescriptors(3) } };
    const unrelated = async () => ({ region, query: unlike });
    const without = await findImages(ports, page, { ...options, embeddedImage: unrelated });
    expect(without.map(({ verdict }) => verdict)).toEqual(['similar']);
  });

  test('does not try other orientations of a query with an embedded image', async () => {
    const { add, ...ports } = await library();
    await add({ ...embeddingAt(0.5, 0.9), local: randomDescriptors(1) });
    const unlike = { ...query, embedding: { ...query.embedding, local: randomDescriptors(9) } };
    let calls = 0;
    const otherOrientations = async () => {
      calls += 1;
      return [];
    };
    const embedded = { region: { x: 0, y: 0, width: 0.5, height: 0.5 }, query: unlike };
    await findImages(ports, unlike, { ...options, otherOrientations, embeddedImage: async () => embedded });
    expect(calls).toBe(0);
    await findImages(ports, unlike, { ...options, otherOrientations, embeddedImage: async () => undefined });
    expect(calls).toBe(1);
  });
});
