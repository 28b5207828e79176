import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { imageId, newImageId, tenantId } from '#shared/kernel/ids.ts';
import type { VectorIndex } from '#shared/vector-index/vector-index.ts';
import { describeBuilds } from './builds.suite.ts';
import { ALICE, at, BOB, cosineOf, DIMENSION, query, vectorDocument } from './documents.ts';
import { describeFilters } from './filters.suite.ts';
import { describeListing } from './listing.suite.ts';
import { describeMoves } from './moves.suite.ts';

/**
 * The contract of every vector index.
 * @param open opens an instance; two calls give two instances over the same data, like two processes
 * @param topics suites beyond documents and searches
 */
export function describeVectorIndex(
  name: string,
  open: () => Promise<VectorIndex>,
  topics = [describeListing, describeBuilds, describeMoves],
): void {
  describe(`vector index: ${name}`, () => {
    let index: VectorIndex;
    let other: VectorIndex;
    let model = '';
    beforeAll(async () => {
      index = await open();
      other = await open();
    });
    beforeEach(async () => {
      model = `model-${newImageId().slice(4).toLowerCase()}`;
      await index.prepare(model, DIMENSION);
    });
    const idsFound = async (of: Partial<Parameters<typeof query>[0]> = {}, tenant = ALICE) =>
      (await index.search(tenant, model, query(of))).map((candidate) => candidate.imageId).sort();

    it('finds a document as soon as it is written', async () => {
      const document = vectorDocument();
      expect(await index.upsert(ALICE, model, [document])).toEqual([]);
      expect(await idsFound()).toEqual([document.imageId]);
      expect(await index.count(ALICE, model)).toBe(1);
    });

    it('estimates the memory of new documents, unless it is not bound by memory', async () => {
      const [one, ten] = [await index.memoryFor(1, DIMENSION), await index.memoryFor(10, DIMENSION)];
      if (one === 'unbounded' || ten === 'unbounded')
        return expect([one, ten]).toEqual(Array(2).fill('unbounded'));
      expect(one.needed).toBeGreaterThan(0);
      expect(ten.needed).toBeCloseTo(10 * one.needed);
      expect(one.left).toBeGreaterThan(ten.needed);
    });

    it('returns the cosine by each vector', async () => {
      const document = vectorDocument({ semantic: at(30), copy: at(120) });
      const opposite = vectorDocument({ semantic: at(180), copy: at(90) });
      await index.upsert(ALICE, model, [document, opposite]);
      const found = new Map((await index.search(ALICE, model, query())).map((one) => [one.imageId, one]));
      expect(found.get(document.imageId)?.semantic).toBeCloseTo(cosineOf(30), 5);
      expect(found.get(document.imageId)?.copy).toBeCloseTo(cosineOf(120), 5);
      expect(found.get(opposite.imageId)?.semantic).toBeCloseTo(-1, 5);
      expect(found.get(opposite.imageId)?.copy).toBeCloseTo(0, 5);
    });

    it('returns the union of the k nearest by each vector, without the cosine of a vector by which it is not near', async () => {
      const bySemantic = [1, 2].map((degrees) =>
        vectorDocument({ semantic: at(degrees), copy: at(90 + degrees) }),
      );
      const byCopy = [3, 4].map((degrees) =>
        vectorDocument({ semantic: at(90 + degrees), copy: at(degrees) }),
      );
      const far = [50, 51].map((degrees) => vectorDocument({ semantic: at(degrees), copy: at(degrees) }));
      await index.upsert(ALICE, model, [...far, ...byCopy, ...bySemantic]);
      const found = await index.search(ALICE, model, query({ k: 2 }));
      expect(found.map((one) => one.imageId).sort()).toEqual(
        [...bySemantic, ...byCopy].map((one) => one.imageId).sort(),
      );
      for (const candidate of found) {
        const nearBySemantic = bySemantic.some((one) => one.imageId === candidate.imageId);
        expect(candidate.semantic !== undefined).toBe(nearBySemantic);
        expect(candidate.copy !== undefined).toBe(!nearBySemantic);
      }
    });

    it('replaces a document of the same id', async () => {
      const document = vectorDocument({ semantic: at(90) });
      await index.upsert(ALICE, model, [document]);
      await index.upsert(ALICE, model, [{ ...document, semantic: at(60), format: 'png' }]);
      expect(await index.count(ALICE, model)).toBe(1);
      const [found] = await index.search(ALICE, model, query({ filter: { format: 'png' } }));
      expect(found?.semantic).toBeCloseTo(cosineOf(60), 5);
      expect(await idsFound({ filter: { format: 'jpeg' } })).toEqual([]);
    });

    it('compares with every document if `exact`', async () => {
      const documents = Array.from({ length: 30 }, (_, number) =>
        vectorDocument({ semantic: at(3 * number) }),
      );
      await index.upsert(ALICE, model, [...documents, vectorDocument({ format: 'png' })]);
      await index.upsert(BOB, model, [vectorDocument()]);
      const filter = { format: 'jpeg' } as const;
      const found = await index.search(ALICE, model, query({ semantic: at(120), k: 3, exact: true, filter }));
      const bySemantic = found.filter((one) => one.semantic !== undefined);
      const nearest = documents.slice(-3).map((one) => one.imageId);
      expect(bySemantic.map((one) => one.imageId).sort()).toEqual(nearest.sort());
      const best = bySemantic.find((one) => one.imageId === documents.at(-1)?.imageId);
      expect(best?.semantic).toBeCloseTo(cosineOf(120 - 3 * 29), 5);
    });

    it('keeps the last of several documents of one id in one call', async () => {
      const document = vectorDocument({ semantic: at(90) });
      await index.upsert(ALICE, model, [document, { ...document, semantic: at(45) }]);
      expect(await index.count(ALICE, model)).toBe(1);
      const [found] = await index.search(ALICE, model, query());
      expect(found?.semantic).toBeCloseTo(cosineOf(45), 5);
    });

    it('stores one document when two processes write the same id concurrently', async () => {
      const documents = [vectorDocument(), vectorDocument(), vectorDocument()];
      const writers = [index, other, index, other, index, other];
      await Promise.all(writers.map((writer) => writer.upsert(ALICE, model, documents)));
      expect(await index.count(ALICE, model)).toBe(3);
      expect(await other.count(ALICE, model)).toBe(3);
    });

    it('makes writes and removals visible to other processes at once', async () => {
      const [mine, theirs] = [vectorDocument(), vectorDocument()];
      await index.upsert(ALICE, model, [mine]);
      await other.upsert(ALICE, model, [theirs]);
      expect(await idsFound()).toEqual([mine.imageId, theirs.imageId].sort());
      await other.remove(ALICE, model, [mine.imageId]);
      expect(await idsFound()).toEqual([theirs.imageId]);
    });

    it('separates tenants, even with the same image id', async () => {
      const shared = newImageId();
      await index.upsert(ALICE, model, [vectorDocument({ imageId: shared, semantic: at(10) })]);
      await index.upsert(BOB, model, [
        vectorDocument({ imageId: shared, semantic: at(20) }),
        vectorDocument(),
      ]);
      const [found, ...more] = await index.search(ALICE, model, query());
      expect(more).toEqual([]);
      expect(found?.semantic).toBeCloseTo(cosineOf(10), 5);
      expect(await idsFound({}, tenantId('nobody-else'))).toEqual([]);
      expect(await index.remove(ALICE, model, [shared])).toBe(1);
      expect(await index.count(ALICE, model)).toBe(0);
      expect(await index.count(BOB, model)).toBe(2);
    });

    it('returns no document of forty other tenants', async () => {
      const tenants = Array.from({ length: 40 }, (_, number) => tenantId(`tenant-${number}`));
      const documents = tenants.map(() => vectorDocument());
      await Promise.all(
        tenants.map((tenant, number) => index.upsert(tenant, model, documents.slice(number, number + 1))),
      );
      for (const [number, tenant] of tenants.entries()) {
        expect(await idsFound({ k: 100 }, tenant)).toEqual([documents[number]?.imageId]);
      }
    });

    it('never compares vectors of two models', async () => {
      const second = `${model}-second`;
      await index.prepare(second, 3);
      const vector = Float32Array.of(1, 0, 0);
      const document = vectorDocument({ semantic: vector, copy: vector });
      await index.upsert(ALICE, second, [document]);
      await index.upsert(ALICE, model, [vectorDocument()]);
      const found = await index.search(ALICE, second, { semantic: vector, copy: vector, k: 10 });
      expect(found.map((one) => one.imageId)).toEqual([document.imageId]);
      expect(await index.remove(ALICE, second, [document.imageId])).toBe(1);
      expect(await index.count(ALICE, model)).toBe(1);
    });

    it('is prepared once, however often and by whichever process', async () => {
      await index.upsert(ALICE, model, [vectorDocument()]);
      await Promise.all([index, other, index, other].map((each) => each.prepare(model, DIMENSION)));
      expect(await index.count(ALICE, model)).toBe(1);
      const fresh = `${model}-fresh`;
      await Promise.all([index, other, index, other].map((each) => each.prepare(fresh, DIMENSION)));
      expect(await index.count(ALICE, fresh)).toBe(0);
    });

    it('reports the documents that it refuses, and writes the others', async () => {
      const short = vectorDocument({ semantic: Float32Array.of(1, 0, 0) });
      const broken = vectorDocument({ copy: at(0).fill(Number.NaN, 3) });
      const [good, alsoGood] = [vectorDocument(), vectorDocument()];
      const faults = await index.upsert(ALICE, model, [good, short, broken, alsoGood]);
      expect(faults.map((fault) => fault.imageId)).toEqual([short.imageId, broken.imageId]);
      expect(faults.every((fault) => fault.reason.length > 10)).toBe(true);
      expect(await idsFound()).toEqual([good.imageId, alsoGood.imageId].sort());
    });

    it('refuses a query of another dimension', async () => {
      const semantic = Float32Array.of(1, 0, 0);
      await expect(index.search(ALICE, model, query({ semantic }))).rejects.toMatchObject({
        code: 'invalid_request',
      });
    });

    it('reports an unprepared model as unavailable for now', async () => {
      const unavailable = { name: 'Problem', code: 'dependency_unavailable' };
      await expect(index.search(ALICE, 'never-seen', query())).rejects.toMatchObject(unavailable);
      await expect(index.upsert(ALICE, 'never-seen', [vectorDocument()])).rejects.toMatchObject(unavailable);
      await expect(index.remove(ALICE, 'never-seen', [newImageId()])).rejects.toMatchObject(unavailable);
      await expect(index.removeTenant(ALICE, 'never-seen')).rejects.toMatchObject(unavailable);
      await expect(index.count(ALICE, 'never-seen')).rejects.toMatchObject(unavailable);
    });

    it('returns how many it removed, and does not find them any more', async () => {
      const [first, second, third] = [vectorDocument(), vectorDocument(), vectorDocument()];
      await index.upsert(ALICE, model, [first, second, third]);
      const gone = [first.imageId, third.imageId];
      expect(await index.remove(ALICE, model, [...gone, newImageId()])).toBe(2);
      expect(await idsFound()).toEqual([second.imageId]);
      expect(await index.remove(ALICE, model, gone)).toBe(0);
      expect(await index.remove(ALICE, model, [])).toBe(0);
    });

    it('removes all of a tenant in batches, and nothing of another tenant', async () => {
      const shared = newImageId();
      const mine = Array.from({ length: 120 }, () => vectorDocument());
      await index.upsert(ALICE, model, [vectorDocument({ imageId: shared }), ...mine]);
      await index.upsert(BOB, model, [vectorDocument({ imageId: shared }), vectorDocument()]);
      expect(await index.removeTenant(tenantId('nobody-else'), model)).toBe(0);
      let removed = 0;
      for (let more = -1; more !== 0; removed += more) more = await other.removeTenant(ALICE, model);
      expect(removed).toBe(121);
      expect(await index.count(ALICE, model)).toBe(0);
      expect(await idsFound()).toEqual([]);
      expect(await index.count(BOB, model)).toBe(2);
      expect(await index.upsert(ALICE, model, mine.slice(0, 1))).toEqual([]);
      expect(await other.count(ALICE, model)).toBe(1);
    });

    it('lists the models that have a partition', async () => {
      const second = `${model}-second`;
      await index.prepare(second, 3);
      const models = await other.models();
      expect(models).toEqual(expect.arrayContaining([model, second]));
      expect(models.filter((each) => each === model)).toHaveLength(1);
    });

    it('accepts no documents, and many', async () => {
      expect(await index.upsert(ALICE, model, [])).toEqual([]);
      const many = Array.from({ length: 250 }, (_, number) => vectorDocument({ semantic: at(number / 3) }));
      expect(await index.upsert(ALICE, model, many)).toEqual([]);
      expect(await index.count(ALICE, model)).toBe(250);
      const nearest = many.slice(0, 20).map((document) => document.imageId);
      const found = await index.search(ALICE, model, query({ k: 20 }));
      const bySemantic = found.filter((candidate) => candidate.semantic !== undefined);
      expect(bySemantic.map((candidate) => candidate.imageId).sort()).toEqual(nearest.sort());
    });

    it('returns ids unchanged', async () => {
      const id = imageId('img_01ARZ3NDEKTSV4RRFFQ69G5FAV');
      await index.upsert(ALICE, model, [vectorDocument({ imageId: id })]);
      expect(await idsFound()).toEqual([id]);
    });

    it('reports that it is healthy', async () => {
      expect(await index.health()).toEqual({ status: 'ok' });
    });

    describeFilters(() => ({ index, model }));
    for (const describeTopic of topics) describeTopic(() => ({ index, other, model }));
  });
}
