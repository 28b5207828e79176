import { describe, expect, test } from 'vitest';
import { findNearImages, type NearQuery } from '#shared/matching/find-near-images.ts';
import type { Probe } from '#shared/matching/query-image.ts';
import type { HeldCells } from '#shared/matching/verify-geometry.ts';
import { ACME, cellsOfSeed, library, manifest, OTHER, seen, weakened } from '../search/library.ts';

const probe: Probe = {
  sha256: 'f'.repeat(64),
  pixelHash: () => 'e'.repeat(64),
  perceptualHash: 'fedcba9876543210',
  width: 400,
  height: 300,
  embedding: { ...seen(1, 1), local: cellsOfSeed(1) },
};
const all: NearQuery = { k: 50, similarFrom: 0 };
const upsideDown = (descriptors: Int8Array): HeldCells => ({
  turn: 'turned180',
  cells: { rows: 14, columns: 14, dimension: 64, descriptors, width: 400, height: 300 },
});

describe('findNearImages', () => {
  test('looks again where the cosine is in doubt, and says how the pictures lie', async () => {
    const { add, ...ports } = await library();
    const image = await add({ ...seen(0.5, 0.3), local: cellsOfSeed(1) });
    const lookalike = await add({ ...seen(0.5, 0.3, 2), local: cellsOfSeed(2) });
    const near = await findNearImages(ports)(ACME, manifest, probe, all);
    const byId = new Map(near.map((neighbour) => [neighbour.record.image_id, neighbour]));
    expect(byId.get(image)?.verdict).toBe('edited_copy');
    expect(byId.get(image)?.alignment?.scale).toBeCloseTo(1);
    expect(byId.get(lookalike)?.verdict).toBe('similar');
  });

  test('looks again at the five nearest only', async () => {
    const { add, ...ports } = await library();
    for (let axis = 1; axis <= 8; axis++) {
      await add({ ...seen(0.4 + axis / 100, 0.3, axis), local: cellsOfSeed(1) });
    }
    const near = await findNearImages(ports)(ACME, manifest, probe, all);
    const copies = near.filter(({ verdict }) => verdict === 'edited_copy');
    expect(copies).toHaveLength(5);
    expect(Math.min(...copies.map(({ evidence }) => evidence.copy ?? 0))).toBeGreaterThan(0.43);
  });

  test('looks further down where nothing is a copy beyond doubt', async () => {
    const { add, ...ports } = await library();
    const far = await add({ ...seen(0.3, 0.3), local: cellsOfSeed(1) });
    const verdict = async () =>
      (await findNearImages(ports)(ACME, manifest, probe, all)).find(({ record }) => record.image_id === far)
        ?.verdict;
    expect(await verdict()).toBe('edited_copy');
    await add(seen(0.9, 0.3, 2));
    expect(await verdict()).toBe('similar');
  });

  test('where the query lies better as it is than in any other way, that is told', async () => {
    const { add, ...ports } = await library();
    const local = cellsOfSeed(1);
    await add({ ...seen(0.5, 0.3), local });
    const [near] = await findNearImages(ports)(
      ACME,
      manifest,
      { ...probe, embedding: { ...probe.embedding, local: weakened(local) } },
      { ...all, otherTurns: async () => [upsideDown(cellsOfSeed(7))] },
    );
    expect(near?.alignment?.score).toBeGreaterThan(7);
    expect(near?.alignment?.rotation).toBeCloseTo(0, 0);
  });

  test('holds the query in other ways only where something is in doubt and nothing proves to be a copy', async () => {
    const local = cellsOfSeed(1);
    let asked = 0;
    const otherTurns = async (): Promise<HeldCells[]> => {
      asked++;
      return [upsideDown(local)];
    };
    const unlike = { ...probe, embedding: { ...probe.embedding, local: cellsOfSeed(9) } };

    const clear = await library();
    await clear.add({ ...seen(0.2, 0.3), local });
    await findNearImages(clear)(ACME, manifest, unlike, { ...all, otherTurns });
    expect(asked).toBe(0);

    const found = await library();
    await found.add(seen(0.9, 0.3, 2));
    await found.add({ ...seen(0.5, 0.3), local });
    await findNearImages(found)(ACME, manifest, unlike, { ...all, otherTurns });
    expect(asked).toBe(0);

    const turned = await library();
    await turned.add({ ...seen(0.5, 0.3), local });
    const [near] = await findNearImages(turned)(ACME, manifest, unlike, { ...all, otherTurns });
    expect(asked).toBe(1);
    expect(near?.verdict).toBe('edited_copy');
    expect(Math.abs(near?.alignment?.rotation ?? 0)).toBeCloseTo(180);
  });

  test('fills in a cosine that the index did not tell', async () => {
    const { add, ...ports } = await library();
    await add(seen(0.9, 0.1, 1));
    await add(seen(0.1, 0.9, 2));
    const near = await findNearImages(ports)(ACME, manifest, probe, { ...all, k: 1 });
    expect(near).toHaveLength(2);
    for (const { evidence } of near) {
      expect((evidence.copy ?? 0) + (evidence.semantic ?? 0)).toBeCloseTo(1);
    }
  });

  test('a model without cells is judged by its vectors alone', async () => {
    const { add, ...ports } = await library();
    await add({ ...seen(0.5, 0.3), local: cellsOfSeed(1) });
    const plain = { ...manifest, outputs: manifest.outputs.filter(({ use }) => use !== 'verification') };
    const [near] = await findNearImages(ports)(ACME, plain, probe, all);
    expect(near?.verdict).toBe('similar');
    expect(near?.alignment).toBeUndefined();
  });

  test('leaves out the probe itself, what was purged since, and other tenants', async () => {
    const { add, ...ports } = await library();
    const self = await add(seen(1, 1));
    const purged = await add(seen(0.95, 0.9, 2));
    await ports.imageStore.markPurged(ACME, purged, '2026-03-02T00:00:00.000Z');
    await add(seen(0.99, 0.99), {}, OTHER);
    expect(await findNearImages(ports)(ACME, manifest, { ...probe, imageId: self }, all)).toEqual([]);
  });

  test('equal pixels in another file are exact', async () => {
    const { add, ...ports } = await library();
    const hashes = { hash_perceptual: probe.perceptualHash, hash_pixels: probe.pixelHash() };
    await add(seen(0.99, 0.99), hashes);
    await add(seen(0.98, 0.98, 2), { ...hashes, width: 300, height: 400 });
    const near = await findNearImages(ports)(ACME, manifest, probe, all);
    expect(near.map(({ verdict }) => verdict).sort()).toEqual(['edited_copy', 'exact']);
  });

  test('looks at what the query shows where nothing proves to be a copy, and tells it of the whole query', async () => {
    const { add, ...ports } = await library();
    const image = await add({ ...seen(0.5, 0.9), local: cellsOfSeed(1) });
    const page = { ...probe, embedding: seen(0.1, 0.9, 2) };
    const part = { x: 0.5, y: 0.25, width: 0.5, height: 0.5 };
    let asked = 0;
    const inset = async () => {
      asked += 1;
      return { part, probe };
    };
    const [near, ...others] = await findNearImages(ports)(ACME, manifest, page, { ...all, inset });
    expect(others).toEqual([]);
    expect(near).toMatchObject({ record: { image_id: image }, verdict: 'edited_copy', part });
    const [corner, , below] = near?.alignment?.quad ?? [];
    expect(corner?.x).toBeCloseTo(-1);
    expect(corner?.y).toBeCloseTo(-0.5);
    expect(below?.x).toBeCloseTo(1);
    expect(below?.y).toBeCloseTo(1.5);

    const [same] = await findNearImages(ports)(ACME, manifest, probe, { ...all, inset });
    expect(same).not.toHaveProperty('part');
    expect(asked).toBe(1);
    const unlike = { ...probe, embedding: { ...seen(0.1, 0.5, 2), local: cellsOfSeed(3) } };
    const nothing = async () => ({ part, probe: unlike });
    const found = await findNearImages(ports)(ACME, manifest, page, { ...all, inset: nothing });
    expect(found.map(({ verdict }) => verdict)).toEqual(['similar']);
  });

  test('a query that is a page is not turned as well: the one or the other is paid for', async () => {
    const { add, ...ports } = await library();
    await add({ ...seen(0.5, 0.9), local: cellsOfSeed(1) });
    const unlike = { ...probe, embedding: { ...probe.embedding, local: cellsOfSeed(9) } };
    let turned = 0;
    const otherTurns = async () => {
      turned += 1;
      return [];
    };
    const shown = { part: { x: 0, y: 0, width: 0.5, height: 0.5 }, probe: unlike };
    const nothing = async () => undefined;
    await findNearImages(ports)(ACME, manifest, unlike, { ...all, otherTurns, inset: async () => shown });
    expect(turned).toBe(0);
    await findNearImages(ports)(ACME, manifest, unlike, { ...all, otherTurns, inset: nothing });
    expect(turned).toBe(1);
  });
});
