import type { Client } from '@opensearch-project/opensearch';
import * as z from 'zod';
import { newImageId } from '#shared/kernel/ids.ts';

const Found = z.object({
  hits: z.object({ hits: z.array(z.object({ _id: z.string(), _score: z.number() })) }),
});
const MultiSearch = z.object({ responses: z.array(Found) });

/** An index with one vector per document, without the adapter, to test OpenSearch itself. */
export interface RawIndex {
  name: string;
  /** Ids are the positions in `vectors`; `tenant` returns the tenant of the document at a position. */
  load(vectors: readonly Float32Array[], tenant?: (at: number) => string): Promise<void>;
  /** @returns the hits of each query, the best first */
  search(queries: readonly object[]): Promise<{ id: string; score: number }[][]>;
}

/** @param field space type, method and storage of the vector, beyond type and dimension */
export async function rawIndex(client: Client, dimension: number, field: object = {}): Promise<RawIndex> {
  const name = `raw-${newImageId().slice(4).toLowerCase()}`;
  const vector = { type: 'knn_vector' as const, dimension, ...field };
  await client.indices.create({
    index: name,
    body: {
      // One shard, refreshed explicitly: the same documents always give the same graph.
      settings: {
        index: {
          knn: true,
          number_of_shards: 1,
          auto_expand_replicas: '0-1',
          refresh_interval: '-1',
        },
      },
      mappings: { properties: { tenant: { type: 'keyword' }, vector } },
    },
  });
  return {
    name,
    async load(vectors, tenant = () => 'any') {
      const body = vectors.flatMap((vector, at) => [
        { index: { _id: String(at) } },
        { tenant: tenant(at), vector: Array.from(vector) },
      ]);
      const { body: answer } = await client.bulk({ index: name, refresh: 'true', body });
      if (answer.errors) throw new Error(JSON.stringify(answer.items[0]));
    },
    async search(queries) {
      const lines = queries.flatMap((knn) => [
        { index: name },
        { size: 50, _source: false, query: { knn: { vector: knn } } },
      ]);
      const { body } = await client.msearch({ body: lines });
      return MultiSearch.parse(body).responses.map(({ hits }) =>
        hits.hits.map(({ _id, _score }) => ({ id: _id, score: _score })),
      );
    },
  };
}

export const lucene = (spaceType: 'innerproduct' | 'cosinesimil', parameters: object = {}) => ({
  space_type: spaceType,
  method: { name: 'hnsw', engine: 'lucene', parameters },
});
