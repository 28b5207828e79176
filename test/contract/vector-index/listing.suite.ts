import { describe, expect, it } from 'vitest';
import { documentDigest } from '#shared/vector-index/document-digest.ts';
import type { VectorIndex } from '#shared/vector-index/vector-index.ts';
import { ALICE, at, BOB, vectorDocument } from './documents.ts';

export function describeListing(of: () => { index: VectorIndex; model: string }): void {
  describe('lists', () => {
    it('a tenant’s documents with their digests, the greatest ids first, page by page', async () => {
      const { index, model } = of();
      const documents = Array.from({ length: 7 }, (_, number) => vectorDocument({ semantic: at(number) }));
      await index.upsert(ALICE, model, documents);
      await index.upsert(BOB, model, [vectorDocument()]);
      const expected = documents
        .map((document) => ({ imageId: document.imageId, digest: documentDigest(document) }))
        .sort((one, other) => (one.imageId < other.imageId ? 1 : -1));
      const first = await index.list(ALICE, model, { limit: 4 });
      const rest = await index.list(ALICE, model, { below: first.at(-1)?.imageId, limit: 4 });
      expect([...first, ...rest]).toEqual(expected);
      expect(await index.list(ALICE, model, { below: rest.at(-1)?.imageId, limit: 4 })).toEqual([]);
    });

    it('a different digest after a document is replaced', async () => {
      const { index, model } = of();
      const document = vectorDocument({ metadata: { album: 'summer' } });
      await index.upsert(ALICE, model, [document]);
      const changed = { ...document, metadata: { album: 'winter' } };
      await index.upsert(ALICE, model, [changed]);
      expect(await index.list(ALICE, model, { limit: 10 })).toEqual([
        { imageId: document.imageId, digest: documentDigest(changed) },
      ]);
      expect(documentDigest(changed)).not.toBe(documentDigest(document));
    });
  });
}
