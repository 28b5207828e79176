import type { Client } from '@opensearch-project/opensearch';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { newImageId } from '#shared/kernel/ids.ts';
import { documentId } from '#shared/vector-index/document-id.ts';
import { aliasOf, firstIndexOf } from '#shared/vector-index/opensearch-aliases.ts';
import { openSearchVectorIndex } from '#shared/vector-index/opensearch-index.ts';
import { indexBody, toSource } from '#shared/vector-index/opensearch-mapping.ts';
import type { VectorIndex } from '#shared/vector-index/vector-index.ts';
import { ALICE, at, BOB, DIMENSION, query, vectorDocument } from './documents.ts';

/** Behaviour of OpenSearch itself that the adapter relies on or guards against: fails if a new version changes it. */
export function describeOpenSearchBehaviour(connect: () => Client): void {
  describe('OpenSearch itself', () => {
    let client: Client;
    let index: VectorIndex;
    let model = '';
    let alias = '';
    beforeAll(() => {
      client = connect();
      // One shard for all tenants, so that routing alone cannot separate them.
      index = openSearchVectorIndex(client, { shards: 1, storage: 'float' });
    });
    beforeEach(async () => {
      model = `behaviour-${newImageId().slice(4).toLowerCase()}`;
      alias = aliasOf(model);
      await index.prepare(model, DIMENSION);
    });
    const ofAlice = () => ({ tenant: ALICE, document: vectorDocument() });

    it('returns other tenants’ documents by routing alone: only the filter separates tenants', async () => {
      await index.upsert(ALICE, model, [vectorDocument()]);
      await index.upsert(BOB, model, [vectorDocument()]);
      const knn = { semantic: { vector: Array.from(at(0)), k: 10 } };
      const { body } = await client.search({ index: alias, routing: ALICE, body: { query: { knn } } });
      expect(body.hits.hits).toHaveLength(2);
      expect(await index.search(ALICE, model, query())).toHaveLength(1);
    });

    it('refuses a write without routing', async () => {
      const { tenant, document } = ofAlice();
      const body = toSource(tenant, document);
      const write = client.index({ index: alias, id: documentId(tenant, document.imageId), body });
      await expect(write).rejects.toMatchObject({
        statusCode: 400,
        body: { error: { type: 'routing_missing_exception' } },
      });
    });

    it('stores the same id under another routing as a second document: hence the tenant in the id', async () => {
      const other = `${model}-two-shards`;
      const many = {
        ...indexBody({ dimension: DIMENSION, shards: 16, storage: 'float' }),
        aliases: { [aliasOf(other)]: {} },
      };
      await client.indices.create({ index: firstIndexOf(other), body: many });
      for (const routing of ['alice', 'bob', 'carol']) {
        const body = toSource(ALICE, vectorDocument());
        await client.index({ index: aliasOf(other), id: 'same', routing, body, refresh: 'true' });
      }
      const { body } = await client.count({ index: aliasOf(other) });
      expect(body.count).toBe(3);
    });

    it('accepts a repeated bulk without duplicates', async () => {
      const documents = [vectorDocument(), vectorDocument()];
      for (const _ of [1, 2, 3]) await index.upsert(ALICE, model, documents);
      expect(await index.count(ALICE, model)).toBe(2);
    });

    it('waits for the next refresh before a write returns', async () => {
      await client.indices.putSettings({ index: alias, body: { index: { refresh_interval: '2s' } } });
      await client.search({ index: alias }); // an index that nobody searches is refreshed at once
      await client.indices.refresh({ index: alias });
      const took: number[] = [];
      for (const document of [vectorDocument(), vectorDocument(), vectorDocument()]) {
        const startedAt = performance.now();
        await index.upsert(ALICE, model, [document]);
        took.push(performance.now() - startedAt);
      }
      expect(Math.max(...took)).toBeGreaterThan(1_000);
      expect(await index.search(ALICE, model, query())).toHaveLength(3);
    });

    it('removes a tenant with 1 000 documents in one request', async () => {
      const documents = Array.from({ length: 1000 }, () => vectorDocument());
      await index.upsert(ALICE, model, documents);
      await index.upsert(BOB, model, [vectorDocument()]);
      expect(await index.removeTenant(ALICE, model)).toBe(1000);
      expect(await index.removeTenant(ALICE, model)).toBe(0);
      expect(await index.count(BOB, model)).toBe(1);
    });

    it('refuses a stale write by external version, after a delete too', async () => {
      const { tenant, document } = ofAlice();
      const at = { index: alias, id: documentId(tenant, document.imageId), routing: tenant };
      const body = toSource(tenant, document);
      await client.index({ ...at, body, version: 5, version_type: 'external' });
      const stale = { statusCode: 409 };
      await expect(client.index({ ...at, body, version: 4, version_type: 'external' })).rejects.toMatchObject(
        stale,
      );
      await client.delete({ ...at, version: 7, version_type: 'external' });
      await expect(client.index({ ...at, body, version: 6, version_type: 'external' })).rejects.toMatchObject(
        stale,
      );
    });

    it('writes through the alias only, and never creates an index implicitly', async () => {
      const missing = `${model}-missing`;
      await expect(index.upsert(ALICE, missing, [vectorDocument()])).rejects.toMatchObject({
        code: 'dependency_unavailable',
      });
      expect((await client.indices.exists({ index: aliasOf(missing) })).body).toBe(false);
    });

    it('replaces an index behind the alias by a rebuilt one', async () => {
      const document = vectorDocument();
      await index.upsert(ALICE, model, [document]);
      const rebuilt = `${alias}-000002`;
      await client.indices.create({
        index: rebuilt,
        body: indexBody({ dimension: DIMENSION, shards: 1, storage: 'float' }),
      });
      await client.reindex({
        refresh: true,
        body: { source: { index: firstIndexOf(model) }, dest: { index: rebuilt } },
      });
      const actions = [{ add: { index: rebuilt, alias } }, { remove_index: { index: firstIndexOf(model) } }];
      await client.indices.updateAliases({ body: { actions } });
      await index.prepare(model, DIMENSION);
      const [found] = await index.search(ALICE, model, query());
      expect(found?.imageId).toBe(document.imageId);
      expect(found?.semantic).toBeCloseTo(1, 5);
      expect(await index.remove(ALICE, model, [document.imageId])).toBe(1);
    });

    it('returns nothing, not an error, if no alias matches a wildcard', async () => {
      const { body } = await client.indices.getAlias({ name: `${alias}-nobody-*` });
      expect(body).toEqual({});
    });

    it('finds a tenant’s true nearest neighbours among many other documents', async () => {
      const random = () => unit(Float32Array.from({ length: DIMENSION }, () => Math.random() - 0.5));
      const others = Array.from({ length: 300 }, () =>
        vectorDocument({ semantic: random(), copy: random() }),
      );
      const own = Array.from({ length: 30 }, () => vectorDocument({ semantic: random(), copy: random() }));
      await index.upsert(BOB, model, others);
      await index.upsert(ALICE, model, own);
      for (const document of own) {
        const found = await index.search(ALICE, model, { semantic: document.semantic, copy: random(), k: 5 });
        const best = found.toSorted((one, other) => (other.semantic ?? -1) - (one.semantic ?? -1))[0];
        expect(best?.imageId).toBe(document.imageId);
      }
    });

    it('reports a cluster that is unreachable as unavailable', async () => {
      const { openSearchClient } = await import('#shared/vector-index/opensearch-client.ts');
      const nowhere = openSearchClient({
        endpoint: 'http://127.0.0.1:9',
        auth: 'none',
        region: 'eu-central-1',
      });
      const unreachable = openSearchVectorIndex(nowhere, { shards: 1, storage: 'float' });
      const unavailable = { code: 'dependency_unavailable', retryAfter: 5 };
      await expect(unreachable.search(ALICE, model, query())).rejects.toMatchObject(unavailable);
      await expect(unreachable.upsert(ALICE, model, [vectorDocument()])).rejects.toMatchObject(unavailable);
      expect(await unreachable.health()).toMatchObject({ status: 'down' });
    });
  });
}

function unit(vector: Float32Array): Float32Array {
  const length = Math.hypot(...vector);
  return vector.map((value) => value / length);
}
