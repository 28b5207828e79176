import { describe, expect, test } from 'vitest';
import { findNearImages } from '#shared/matching/find-near-images.ts';
import type { MatchOptions, MatchPorts } from '#shared/matching/match-context.ts';
import type { QueryImage } from '#shared/matching/query-image.ts';
import { ACME, embeddingAt, library, manifest, OTHER, randomDescriptors } from '../search/library.ts';

const query: QueryImage = {
  sha256: 'f'.repeat(64),
  pixelHash: 'e'.repeat(64),
  perceptualHash: 'fedcba9876543210',
  width: 400,
  height: 300,
  embedding: { ...embeddingAt(1, 1), local: randomDescriptors(1) },
};
const options: MatchOptions = { k: 50, similarFrom: 0 };
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

  test('aligns the eight nearest candidates only', async () => {
    const { add, ...ports } = await library();
    for (let axis = 1; axis <= 11; axis++) {
      await add({ ...embeddingAt(0.4 + axis / 100, 0.3, axis), local: randomDescriptors(1) });
    }
    const { images } = await findNearImages(ports)(ACME, manifest, query, options);
    const copies = images.filter(({ verdict }) => verdict === 'edited_copy');
    expect(copies).toHaveLength(8);
    expect(Math.min(...copies.map(({ evidence }) => evidence.copy ?? 0))).toBeGreaterThan(0.43);
  });

  test('a verdict does not depend on what else is stored', async () => {
    const { add, ...ports } = await library();
    const far = await add({ ...embeddingAt(0.3, 0.3), local: randomDescriptors(1) });
    const verdict = async () =>
      (await findNearImages(ports)(ACME, manifest, query, options)).images.find(
        ({ record }) => record.image_id === far,
      )?.verdict;
    expect(await verdict()).toBe('edited_copy');
    for (let axis = 2; axis < 6; axis++) await add(embeddingAt(0.9, 0.3, axis));
    expect(await verdict()).toBe('edited_copy');
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

  test('searches for the images that the query shows, and compares the whole query with what it finds', async () => {
    const { add, ...ports } = await library();
    const image = await add({ ...embeddingAt(0.5, 0.9), local: randomDescriptors(1) });
    for (let axis = 3; axis < 6; axis++) await add(embeddingAt(0.2, 0.2, axis));
    const page = { ...query, embedding: { ...embeddingAt(0.1, 0.1, 2), local: randomDescriptors(1) } };
    let calls = 0;
    const shownImages = async () => {
      calls += 1;
      return [embeddingAt(1, 1)];
    };
    const copies = (await findImages(ports, page, { ...options, k: 1, shownImages })).filter(
      ({ verdict }) => verdict === 'edited_copy',
    );
    expect(copies.map(({ record }) => record.image_id)).toEqual([image]);
    expect(copies[0]?.evidence.copy).toBeLessThan(0.3); // that of the whole query, not of its part
    expect(calls).toBe(1);
  });
});
