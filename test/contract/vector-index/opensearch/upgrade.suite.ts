import type { Client } from '@opensearch-project/opensearch';
import { describe, expect, it } from 'vitest';
import { newImageId } from '#shared/kernel/ids.ts';
import { documentDigest } from '#shared/vector-index/document-digest.ts';
import { documentId } from '#shared/vector-index/document-id.ts';
import { aliasOf, firstIndexOf } from '#shared/vector-index/opensearch-aliases.ts';
import { openSearchVectorIndex } from '#shared/vector-index/opensearch-index.ts';
import { indexBody, toSource } from '#shared/vector-index/opensearch-mapping.ts';
import type { Build } from '#shared/vector-index/vector-index.ts';
import { ALICE, BOB, DIMENSION, query, vectorDocument } from '../documents.ts';

/** Older indices: an alias without a write index, and documents without a digest. */
export function describeUpgrade(connect: () => Client): void {
  describe('OpenSearch: an older index', () => {
    it('gets the field for digests, and can be rebuilt', async () => {
      const client = connect();
      const index = openSearchVectorIndex(client, { shards: 1, storage: 'float' });
      const model = `before-${newImageId().slice(4).toLowerCase()}`;
      const { settings, mappings } = indexBody({ dimension: DIMENSION, shards: 1, storage: 'float' });
      const { digest: _, ...properties } = mappings.properties;
      await client.indices.create({
        index: firstIndexOf(model),
        body: { settings, mappings: { ...mappings, properties }, aliases: { [aliasOf(model)]: {} } },
      });
      const old = vectorDocument();
      const { digest: __, ...source } = toSource(ALICE, old);
      const id = documentId(ALICE, old.imageId);
      await client.index({ index: aliasOf(model), id, routing: ALICE, refresh: 'true', body: source });

      await index.prepare(model, DIMENSION);
      expect(await index.list(ALICE, model, { limit: 10 })).toEqual([{ imageId: old.imageId, digest: '' }]);
      expect(await index.upsert(ALICE, model, [old])).toEqual([]);
      expect(await index.list(ALICE, model, { limit: 10 })).toEqual([
        { imageId: old.imageId, digest: documentDigest(old) },
      ]);

      const build: Build = { model, dimension: DIMENSION, of: 'tenant', tenant: ALICE, into: 'own' };
      await index.beginBuild(build);
      await index.upsert(ALICE, model, [old], 'next');
      await index.finishBuild(build);
      expect(await index.upsert(BOB, model, [vectorDocument()])).toEqual([]);
      expect(await index.search(ALICE, model, query())).toHaveLength(1);
      expect(await index.search(BOB, model, query())).toHaveLength(1);
      const left = await client.count({ index: firstIndexOf(model) });
      expect(left.body.count).toBe(1);
    });

    it('of a single tenant is spread over its shards', async () => {
      const client = connect();
      const index = openSearchVectorIndex(client, { shards: 3, storage: 'float' });
      const model = `spread-${newImageId().slice(4).toLowerCase()}`;
      const build: Build = { model, dimension: DIMENSION, of: 'tenant', tenant: ALICE, into: 'own' };
      const documents = Array.from({ length: 90 }, () => vectorDocument());
      await index.beginBuild(build);
      await index.upsert(ALICE, model, documents, 'next');
      await index.finishBuild(build);
      const { body } = await client.cat.shards({ index: `${aliasOf(model)}-*.own.*`, format: 'json' });
      const filled = body.filter(({ docs, prirep }) => prirep === 'p' && Number(docs) > 10);
      expect(filled).toHaveLength(3);
      expect(await index.search(ALICE, model, query({ k: 90 }))).toHaveLength(90);
    });
  });
}
