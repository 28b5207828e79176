import type { Client } from '@opensearch-project/opensearch';
import { beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { newImageId } from '#shared/kernel/ids.ts';
import { documentId } from '#shared/vector-index/document-id.ts';
import { aliasOf } from '#shared/vector-index/opensearch-aliases.ts';
import { ErrorCause, reasonOf } from '#shared/vector-index/opensearch-errors.ts';
import { openSearchVectorIndex } from '#shared/vector-index/opensearch-index.ts';
import { toSource } from '#shared/vector-index/opensearch-mapping.ts';
import type { VectorIndex } from '#shared/vector-index/vector-index.ts';
import { ALICE, at, DIMENSION, query, vectorDocument } from '../documents.ts';
import { lucene, type RawIndex, rawIndex } from './raw-index.ts';

const Refusal = z.object({ statusCode: z.literal(400), body: z.object({ error: ErrorCause }) });

/** Documents and queries that OpenSearch refuses, with the place of the reason; and those that it accepts silently. */
export function describeRefusals(connect: () => Client): void {
  describe('OpenSearch refuses', () => {
    let client: Client;
    let index: VectorIndex;
    let cosine: RawIndex;
    const model = `refusals-${newImageId().slice(4).toLowerCase()}`;
    beforeAll(async () => {
      client = connect();
      index = openSearchVectorIndex(client, { shards: 1, storage: 'float' });
      await index.prepare(model, DIMENSION);
      cosine = await rawIndex(client, DIMENSION, lucene('cosinesimil'));
    });
    /** Returns the innermost reason of a refusal with 400. */
    async function refusal(request: PromiseLike<unknown>): Promise<string> {
      const outcome = await Promise.resolve(request).then(
        () => 'it was accepted',
        (error: unknown) => error,
      );
      return reasonOf(Refusal.parse(outcome).body.error);
    }
    const writing = (body: Record<string, unknown>) =>
      client.index({ index: aliasOf(model), id: documentId(ALICE, newImageId()), routing: ALICE, body });

    it('a vector of another dimension, in a document and in a query', async () => {
      const short = Float32Array.of(1, 0, 0);
      const [fault] = await index.upsert(ALICE, model, [vectorDocument({ semantic: short })]);
      expect(fault?.reason).toMatch(/dimension/i);
      await expect(index.search(ALICE, model, query({ copy: short }))).rejects.toThrow(/dimension/i);
    });

    it('a vector of zeros under cosinesimil, though not under innerproduct', async () => {
      const zeros = new Array<number>(DIMENSION).fill(0);
      expect(await refusal(client.index({ index: cosine.name, body: { vector: zeros } }))).toMatch(
        /zero vector/i,
      );
      await writing({ ...toSource(ALICE, vectorDocument()), copy: zeros });
    });

    it('a vector with NaN', async () => {
      const broken = vectorDocument({ semantic: at(0).fill(Number.NaN, 3) });
      const [fault] = await index.upsert(ALICE, model, [broken]);
      expect(fault?.imageId).toBe(broken.imageId);
      const text = ['NaN', 0, 0, 0, 0, 0, 0, 0];
      expect(await refusal(client.index({ index: cosine.name, body: { vector: text } }))).toMatch(/NaN/);
    });

    it('more than 10 000 neighbours', async () => {
      const knn = { semantic: { vector: Array.from(at(0)), k: 10_001 } };
      const search = client.search({ index: aliasOf(model), routing: ALICE, body: { query: { knn } } });
      expect(await refusal(search)).toMatch(/10000/);
      expect(await index.search(ALICE, model, query({ k: 10_000 }))).toEqual(expect.any(Array));
    });

    it('a field that is not in the mapping', async () => {
      expect(await refusal(writing({ ...toSource(ALICE, vectorDocument()), surprise: 1 }))).toMatch(
        /introduction of \[surprise\]/,
      );
    });

    it('but not a document without a vector, which no search finds', async () => {
      const { semantic: _, copy: __, ...rest } = toSource(ALICE, vectorDocument());
      const request = { index: aliasOf(model), id: 'bare', routing: ALICE, refresh: 'true' as const };
      expect((await client.index({ ...request, body: rest })).statusCode).toBe(201);
      const found = await index.search(ALICE, model, query({ k: 100 }));
      expect(found.map(({ imageId }) => imageId)).not.toContain(rest.image_id);
    });
  });
}
