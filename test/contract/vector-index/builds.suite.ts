import { describe, expect, it } from 'vitest';
import { type ImageId, newImageId, type TenantId } from '#shared/kernel/ids.ts';
import type { Build, VectorIndex } from '#shared/vector-index/vector-index.ts';
import { ALICE, at, BOB, DIMENSION, query, vectorDocument } from './documents.ts';

const CONFLICT = { name: 'Problem', code: 'conflict' };

/** Rebuilds of the shared partition beside the one that serves. */
export function describeBuilds(of: () => { index: VectorIndex; other: VectorIndex; model: string }): void {
  describe('rebuilds the shared partition', () => {
    const shared = (): Build => ({ model: of().model, dimension: DIMENSION, of: 'shared' });
    const own = (tenant: TenantId): Build => ({ ...shared(), of: 'tenant', tenant, into: 'own' });
    async function found(tenant: TenantId): Promise<ImageId[]> {
      const { other, model } = of();
      const candidates = await other.search(tenant, model, query({ k: 100 }));
      return candidates.map(({ imageId }) => imageId).sort();
    }

    it('serves only the new documents once the build is finished', async () => {
      const { index, model } = of();
      const [lost, kept, only] = [vectorDocument(), vectorDocument(), vectorDocument()];
      await index.upsert(ALICE, model, [lost, kept]);
      await index.beginBuild(shared());
      expect(await index.count(ALICE, model, 'next')).toBe(0);
      expect(await index.upsert(ALICE, model, [kept, only], 'next')).toEqual([]);
      expect(await found(ALICE)).toEqual([lost.imageId, kept.imageId].sort());
      expect(await index.count(ALICE, model, 'next')).toBe(2);
      expect((await index.list(ALICE, model, { limit: 10 }, 'next')).map(({ imageId }) => imageId)).toEqual(
        [kept.imageId, only.imageId].sort().reverse(),
      );
      await index.finishBuild(shared());
      expect(await found(ALICE)).toEqual([kept.imageId, only.imageId].sort());
      expect(await index.count(ALICE, model)).toBe(2);
      expect(await index.models()).toContain(model);
      expect((await index.models()).filter((each) => each.startsWith(model))).toEqual([model]);
    });

    it('writes to both partitions during a build', async () => {
      const { index, other, model } = of();
      const [before, during] = [vectorDocument(), vectorDocument()];
      await index.upsert(ALICE, model, [before]);
      await index.beginBuild(shared());
      expect(await other.upsert(ALICE, model, [during])).toEqual([]);
      await other.upsert(ALICE, model, [{ ...before, format: 'png' }]);
      expect(await found(ALICE)).toEqual([before.imageId, during.imageId].sort());
      await index.finishBuild(shared());
      expect(await found(ALICE)).toEqual([before.imageId, during.imageId].sort());
      const after = vectorDocument();
      await other.upsert(ALICE, model, [after]);
      expect(await found(ALICE)).toContain(after.imageId);
    });

    it('does not bring back documents that are removed during a build', async () => {
      const { index, other, model } = of();
      const [gone, kept, late] = [vectorDocument(), vectorDocument(), vectorDocument()];
      await index.upsert(ALICE, model, [gone, kept]);
      await index.beginBuild(shared());
      await index.upsert(ALICE, model, [gone, kept, late], 'next');
      expect(await other.remove(ALICE, model, [gone.imageId, newImageId()])).toBe(1);
      expect(await other.remove(ALICE, model, [late.imageId], 'next')).toBe(1);
      expect(await found(ALICE)).toEqual([kept.imageId]);
      await index.finishBuild(shared());
      expect(await found(ALICE)).toEqual([kept.imageId]);
    });

    it('removes a whole tenant from both partitions', async () => {
      const { index, other, model } = of();
      const documents = [vectorDocument(), vectorDocument()];
      await index.upsert(BOB, model, [vectorDocument()]);
      await index.beginBuild(shared());
      await index.upsert(ALICE, model, documents);
      await index.upsert(BOB, model, [vectorDocument()], 'next');
      let removed = 0;
      for (let more = -1; more !== 0; removed += more) more = await other.removeTenant(ALICE, model);
      expect(removed).toBe(4);
      expect(await index.count(ALICE, model, 'next')).toBe(0);
      await index.finishBuild(shared());
      expect(await index.count(ALICE, model)).toBe(0);
      expect(await index.count(BOB, model)).toBe(1);
    });

    it('can begin and finish a build twice', async () => {
      const { index, other, model } = of();
      await index.upsert(ALICE, model, [vectorDocument()]);
      await index.beginBuild(shared());
      const document = vectorDocument();
      await index.upsert(ALICE, model, [document], 'next');
      await other.beginBuild(shared());
      expect(await other.count(ALICE, model, 'next')).toBe(1);
      await other.finishBuild(shared());
      await index.finishBuild(shared());
      expect(await found(ALICE)).toEqual([document.imageId]);
    });

    it('creates a partition for a model that had none', async () => {
      const { index, model } = of();
      const lost = { ...shared(), model: `${model}-lost` };
      await index.beginBuild(lost);
      await index.upsert(ALICE, lost.model, [vectorDocument()], 'next');
      expect(await index.count(ALICE, lost.model)).toBe(0);
      await index.finishBuild(lost);
      expect(await index.count(ALICE, lost.model)).toBe(1);
    });

    it('discards an abandoned build, and begins the next one empty', async () => {
      const { index, other, model } = of();
      const [served, filled] = [vectorDocument(), vectorDocument()];
      await index.upsert(ALICE, model, [served]);
      await index.abandonBuild(shared());
      await index.beginBuild(shared());
      await index.upsert(ALICE, model, [filled], 'next');
      await other.abandonBuild(shared());
      await other.abandonBuild(shared());
      await expect(index.finishBuild(shared())).rejects.toMatchObject(CONFLICT);
      expect(await found(ALICE)).toEqual([served.imageId]);
      await index.beginBuild(shared());
      expect(await other.count(ALICE, model, 'next')).toBe(0);
      await index.abandonBuild(shared());
    });

    it('is refused while another build is running, or if none was begun', async () => {
      const { index, other, model } = of();
      for (const build of [shared(), own(ALICE)])
        await expect(index.finishBuild(build)).rejects.toMatchObject(CONFLICT);
      const nothing = [
        () => index.upsert(ALICE, model, [vectorDocument()], 'next'),
        () => index.remove(ALICE, model, [newImageId()], 'next'),
        () => index.count(ALICE, model, 'next'),
        () => index.list(ALICE, model, { limit: 1 }, 'next'),
      ];
      for (const call of nothing) await expect(call()).rejects.toMatchObject(CONFLICT);
      await index.beginBuild(own(ALICE));
      await expect(other.beginBuild(shared())).rejects.toMatchObject(CONFLICT);
      await expect(other.beginBuild(own(BOB))).rejects.toMatchObject(CONFLICT);
      await expect(other.finishBuild(shared())).rejects.toMatchObject(CONFLICT);
      await expect(other.upsert(BOB, model, [vectorDocument()], 'next')).rejects.toMatchObject(CONFLICT);
      await other.abandonBuild(shared());
      await index.finishBuild(own(ALICE));
      await expect(index.finishBuild(shared())).rejects.toMatchObject(CONFLICT);
    });

    it('never fails a search, and finds every document throughout', async () => {
      const { index, other, model } = of();
      const documents = Array.from({ length: 40 }, (_, number) => vectorDocument({ semantic: at(number) }));
      const ids = documents.map(({ imageId }) => imageId).sort();
      await index.upsert(ALICE, model, documents);
      let done = false;
      const searching = [1, 2, 3].map(async () => {
        let searches = 0;
        for (; !done; searches += 1) expect(await found(ALICE)).toEqual(ids);
        return searches;
      });
      const writing = (async () => {
        while (!done) expect(await other.upsert(ALICE, model, documents.slice(0, 3))).toEqual([]);
      })();
      try {
        const into = { ...own(ALICE), of: 'tenant', tenant: ALICE, into: 'shared' } as const;
        for (const build of [shared(), own(ALICE), own(ALICE), into, shared()]) {
          await index.beginBuild(build);
          await index.upsert(ALICE, model, documents, 'next');
          await index.finishBuild(build);
        }
      } finally {
        done = true;
      }
      expect(Math.min(...(await Promise.all(searching)))).toBeGreaterThan(2);
      await writing;
      expect(await index.count(ALICE, model)).toBe(40);
    });
  });
}
