import { nearestByScan } from '../../fixtures/vectors.ts';
import { type Latency, quantiles } from './latency.ts';
import type { BenchTenant, Vectors } from './library.ts';
import type { By, Found } from './recall.ts';

/** The k of recall@k. */
export const NEAREST = 10;

/** A tenant's queries and the exact answers. */
export interface Questions extends Required<Pick<BenchTenant, 'tenant' | 'name'>> {
  asked: readonly { vectors: Vectors; nearest: Found['nearest'] }[];
  /** Milliseconds in which a query is compared with all of the tenant's documents, by both vectors. */
  scan: Pick<Latency, 'p50' | 'p95'>;
}

/** Compares the queries of each tenant that is measured with all of its documents. */
export const questionsOf = (library: readonly BenchTenant[]): Questions[] =>
  library.flatMap(({ name, tenant, documents, queries }) => {
    if (!name) return [];
    const times: number[] = [];
    const all = {
      semantic: documents.map(({ semantic }) => semantic),
      copy: documents.map(({ copy }) => copy),
    };
    const asked = queries.map((vectors) => {
      const nearestBy = (by: By) =>
        nearestByScan(vectors[by], all[by], NEAREST).flatMap((at) => documents[at]?.imageId ?? []);
      const startedAt = performance.now();
      const nearest = { semantic: nearestBy('semantic'), copy: nearestBy('copy') };
      times.push(performance.now() - startedAt);
      return { vectors, nearest };
    });
    return [{ name, tenant, asked, scan: quantiles(times) }];
  });
