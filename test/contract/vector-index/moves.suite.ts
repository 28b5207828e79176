import { describe, expect, it } from 'vitest';
import { type ImageId, newImageId, type TenantId } from '#shared/kernel/ids.ts';
import type { Build, VectorIndex } from '#shared/vector-index/vector-index.ts';
import { ALICE, BOB, DIMENSION, query, vectorDocument } from './documents.ts';

/** Moves of a tenant's documents to their own partition, and back to the shared one. */
export function describeMoves(of: () => { index: VectorIndex; other: VectorIndex; model: string }): void {
  describe('moves a tenant', () => {
    const move = (into: 'own' | 'shared'): Build => ({
      model: of().model,
      dimension: DIMENSION,
      of: 'tenant',
      tenant: ALICE,
      into,
    });
    async function found(tenant: TenantId): Promise<ImageId[]> {
      const { other, model } = of();
      const candidates = await other.search(tenant, model, query({ k: 100 }));
      return candidates.map(({ imageId }) => imageId).sort();
    }
    async function complete(
      into: 'own' | 'shared',
      documents: ReturnType<typeof vectorDocument>[],
    ): Promise<void> {
      const { index, model } = of();
      await index.beginBuild(move(into));
      await index.upsert(ALICE, model, documents, 'next');
      await index.finishBuild(move(into));
    }

    it('to its own partition, without touching other tenants', async () => {
      const { index, other, model } = of();
      const same = newImageId();
      const mine = [vectorDocument({ imageId: same }), vectorDocument()];
      await index.upsert(ALICE, model, mine);
      await index.upsert(BOB, model, [vectorDocument({ imageId: same })]);
      expect(await other.placement(ALICE, model)).toBe('shared');
      await complete('own', mine);
      expect(await other.placement(ALICE, model)).toBe('own');
      expect(await other.placement(BOB, model)).toBe('shared');
      expect(await found(ALICE)).toEqual(mine.map(({ imageId }) => imageId).sort());
      expect(await index.count(ALICE, model)).toBe(2);
      expect(await found(BOB)).toEqual([same]);
      expect((await index.models()).filter((each) => each.startsWith(model))).toEqual([model]);
    });

    it('and searches, replaces, lists and removes in its own partition', async () => {
      const { index, other, model } = of();
      const [first, second] = [vectorDocument(), vectorDocument()];
      await index.upsert(ALICE, model, [first]);
      await complete('own', [first]);
      await other.upsert(ALICE, model, [second, { ...first, format: 'png' }]);
      const png = await index.search(ALICE, model, query({ filter: { format: 'png' } }));
      expect(png.map(({ imageId }) => imageId)).toEqual([first.imageId]);
      expect(await index.search(ALICE, model, query({ filter: { format: 'jpeg' } }))).toHaveLength(1);
      expect(await index.list(ALICE, model, { limit: 10 })).toHaveLength(2);
      expect(await other.remove(ALICE, model, [first.imageId])).toBe(1);
      expect(await found(ALICE)).toEqual([second.imageId]);
      let removed = 0;
      for (let more = -1; more !== 0; removed += more) more = await index.removeTenant(ALICE, model);
      expect(removed).toBe(1);
      expect(await other.placement(ALICE, model)).toBe('own');
    });

    it('back to the shared partition', async () => {
      const { index, other, model } = of();
      const [first, second] = [vectorDocument(), vectorDocument()];
      await index.upsert(ALICE, model, [first]);
      await index.upsert(BOB, model, [vectorDocument()]);
      await complete('own', [first]);
      await index.beginBuild(move('shared'));
      expect(await index.count(ALICE, model, 'next')).toBe(0);
      await other.upsert(ALICE, model, [second]);
      await index.upsert(ALICE, model, [first], 'next');
      expect(await index.list(ALICE, model, { limit: 10 }, 'next')).toHaveLength(2);
      expect(await found(ALICE)).toEqual([first.imageId, second.imageId].sort());
      expect(await index.count(ALICE, model)).toBe(2);
      await index.finishBuild(move('shared'));
      await other.finishBuild(move('shared'));
      expect(await other.placement(ALICE, model)).toBe('shared');
      expect(await found(ALICE)).toEqual([first.imageId, second.imageId].sort());
      expect(await other.remove(ALICE, model, [first.imageId])).toBe(1);
      expect(await index.count(ALICE, model)).toBe(1);
      expect(await index.count(BOB, model)).toBe(1);
    });

    it('and hides documents of an abandoned move from searches', async () => {
      const { index, other, model } = of();
      const [kept, changed] = [vectorDocument(), vectorDocument()];
      await index.upsert(ALICE, model, [kept, changed]);
      await complete('own', [kept, changed]);
      await index.beginBuild(move('shared'));
      await index.upsert(ALICE, model, [changed], 'next');
      await index.abandonBuild(move('shared'));
      await other.upsert(ALICE, model, [{ ...changed, format: 'png' }]);
      expect(await index.search(ALICE, model, query({ filter: { format: 'jpeg' } }))).toHaveLength(1);
      expect(await other.placement(ALICE, model)).toBe('own');
      await index.beginBuild(move('shared'));
      expect(await other.count(ALICE, model, 'next')).toBe(0);
      await index.abandonBuild(move('shared'));
    });

    it('and keeps its own partition while the shared one is rebuilt', async () => {
      const { index, model } = of();
      const mine = vectorDocument();
      const theirs = vectorDocument();
      await index.upsert(ALICE, model, [mine]);
      await index.upsert(BOB, model, [theirs]);
      await complete('own', [mine]);
      const shared: Build = { model, dimension: DIMENSION, of: 'shared' };
      await index.beginBuild(shared);
      await expect(index.upsert(ALICE, model, [mine], 'next')).rejects.toMatchObject({ code: 'conflict' });
      await index.upsert(BOB, model, [theirs], 'next');
      await index.upsert(ALICE, model, [mine]);
      await index.finishBuild(shared);
      expect(await found(ALICE)).toEqual([mine.imageId]);
      expect(await found(BOB)).toEqual([theirs.imageId]);
      expect(await index.placement(ALICE, model)).toBe('own');
    });

    it('and rebuilds its own partition', async () => {
      const [lost, kept] = [vectorDocument(), vectorDocument()];
      await complete('own', [lost, kept]);
      await complete('own', [kept]);
      expect(await found(ALICE)).toEqual([kept.imageId]);
    });
  });
}
