import type { Client } from '@opensearch-project/opensearch';
import { beforeAll, describe, expect, it } from 'vitest';
import { dot, randomVectors } from '../../../fixtures/vectors.ts';
import { lucene, type RawIndex, rawIndex } from './raw-index.ts';

const DIMENSION = 64;
const TENANTS = 4;
const tenantAt = (at: number) => `tenant-${at % TENANTS}`;

/** Shows why a search uses `k` and checks the cosines itself. */
export function describeRadialSearch(connect: () => Client): void {
  describe('OpenSearch: radial search against k', () => {
    const random = randomVectors(DIMENSION, 7);
    const stored = Array.from({ length: 1000 }, random.any);
    const copies = stored.slice(0, 200).map((vector) => random.near(vector, 0.3));
    let index: RawIndex;
    beforeAll(async () => {
      index = await rawIndex(connect(), DIMENSION, lucene('innerproduct'));
      await index.load(stored, tenantAt);
    });
    /** Counts the queries that do not find the document that they are copies of. */
    async function lost(how: (at: number) => object): Promise<number> {
      const queries = copies.map((copy, at) => ({ vector: Array.from(copy), ...how(at) }));
      const found = await index.search(queries);
      return found.filter((hits, at) => !hits.some(({ id }) => id === String(at))).length;
    }
    const filter = (at: number) => ({ term: { tenant: tenantAt(at) } });

    it('misses nothing with k, inside a filter', async () => {
      expect(Math.min(...copies.map((copy, at) => dot(copy, stored[at] ?? copy)))).toBeGreaterThan(0.8);
      expect(await lost((at) => ({ k: 50, filter: filter(at) }))).toBe(0);
    });

    it('misses true matches with min_score, with and without a filter', async () => {
      expect(await lost((at) => ({ min_score: 1.8, filter: filter(at) }))).toBeGreaterThan(0);
      expect(await lost(() => ({ min_score: 1.8 }))).toBeGreaterThan(0);
    });

    it('misses a small tenant’s matches if the filter is beside knn and not inside', async () => {
      const client = connect();
      const search = async (query: object) => {
        const { body } = await client.search({ index: index.name, body: { size: 10, query } });
        return body.hits.hits.length;
      };
      const vector = Array.from(copies[0] ?? []);
      const inside = { knn: { vector: { vector, k: 10, filter: filter(0) } } };
      const beside = { bool: { must: { knn: { vector: { vector, k: 10 } } }, filter: filter(0) } };
      expect(await search(inside)).toBe(10);
      expect(await search(beside)).toBeLessThan(10);
    });
  });
}
