import type { Client } from '@opensearch-project/opensearch';
import { describe, expect, it } from 'vitest';
import { nearestByScan, randomVectors } from '../../../fixtures/vectors.ts';
import { at, cosineOf, DIMENSION } from '../documents.ts';
import { lucene, rawIndex } from './raw-index.ts';

const ANGLES = [0, 60, 90, 150];
const sq = (spaceType: 'innerproduct') =>
  lucene(spaceType, { encoder: { name: 'sq', parameters: { bits: 7 } } });

/** The relation of scores to cosines, and their precision with vectors in fewer bits. */
export function describeScores(connect: () => Client): void {
  describe('OpenSearch: scores', () => {
    it('are (1 + cos) / 2 under cosinesimil', async () => {
      const index = await rawIndex(connect(), DIMENSION, lucene('cosinesimil'));
      await index.load(ANGLES.map((degrees) => at(degrees)));
      const [found] = await index.search([{ vector: Array.from(at(0)), k: 10 }]);
      expect(found?.map(({ id }) => id)).toEqual(['0', '1', '2', '3']);
      for (const [place, degrees] of ANGLES.entries())
        expect(found?.[place]?.score).toBeCloseTo((1 + cosineOf(degrees)) / 2, 5);
    });

    it('are 1 + p under innerproduct, and 1 / (1 − p) below 0', async () => {
      const index = await rawIndex(connect(), DIMENSION, lucene('innerproduct'));
      await index.load(ANGLES.map((degrees) => at(degrees)));
      const [found] = await index.search([{ vector: Array.from(at(0)), k: 10 }]);
      for (const [place, degrees] of ANGLES.entries()) {
        const cosine = cosineOf(degrees);
        expect(found?.[place]?.score).toBeCloseTo(cosine >= 0 ? 1 + cosine : 1 / (1 - cosine), 5);
      }
    });

    it('of 7 bits are off by more than a threshold tolerates, and exact after a rescore', async () => {
      const index = await rawIndex(connect(), DIMENSION, sq('innerproduct'));
      await index.load(Array.from({ length: 100 }, (_, degrees) => at(degrees)));
      const query = { vector: Array.from(at(0)), k: 6 };
      const [rough, exact] = await index.search([query, { ...query, rescore: { oversample_factor: 2 } }]);
      const error = ({ id, score }: { id: string; score: number }) =>
        Math.abs(score - 1 - cosineOf(Number(id)));
      expect(Math.max(...(rough ?? []).map(error))).toBeGreaterThan(0.002);
      expect(exact).toHaveLength(6);
      expect(Math.max(...(exact ?? []).map(error))).toBeLessThan(1e-5);
    });

    it('of 7 bits gain recall by a larger k, not by oversampling, inside a filter', async () => {
      const dimension = 64;
      const random = randomVectors(dimension, 7);
      const stored = Array.from({ length: 1000 }, random.any);
      const queries = Array.from({ length: 50 }, random.any);
      const index = await rawIndex(connect(), dimension, sq('innerproduct'));
      await index.load(stored, (position) => `tenant-${position % 2}`);
      const own = stored.filter((_, position) => position % 2 === 0);
      const truths = queries.map((query) => nearestByScan(query, own, 10).map((place) => String(2 * place)));
      async function recall(how: object): Promise<number> {
        const filter = { term: { tenant: 'tenant-0' } };
        const found = await index.search(
          queries.map((vector) => ({ vector: Array.from(vector), filter, ...how })),
        );
        const right = found.flatMap((hits, query) =>
          hits.slice(0, 10).filter(({ id }) => truths[query]?.includes(id)),
        );
        return right.length / (10 * queries.length);
      }
      const plain = await recall({ k: 10 });
      expect(plain).toBeLessThan(0.95);
      expect(await recall({ k: 10, rescore: { oversample_factor: 5 } })).toBeLessThan(plain + 0.02);
      expect(await recall({ k: 30, rescore: { oversample_factor: 1 } })).toBeGreaterThan(0.99);
    });
  });
}
