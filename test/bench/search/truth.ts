import { nearestByScan } from '../../fixtures/vectors.ts';
import { type Latency, quantiles } from './latency.ts';
import type { BenchTenant, Vectors } from './library.ts';
import type { Answered, VectorKind } from './recall.ts';

/** The k of recall@k. */
export const NEAREST = 10;

/** A tenant's queries and the exact answers. */
export interface QuerySet extends Required<Pick<BenchTenant, 'tenant' | 'name'>> {
  queries: readonly { vectors: Vectors; nearest: Answered['nearest'] }[];
  /** Milliseconds of an exact scan over the tenant's documents, by both vectors. */
  scan: Pick<Latency, 'p50' | 'p95'>;
}

/** Finds the exact answers of each measured tenant's queries. */
export const querySetsOf = (library: readonly BenchTenant[]): QuerySet[] =>
  library.flatMap(({ name, tenant, documents, queries }) => {
    if (!name) return [];
    const times: number[] = [];
    const all = {
      semantic: documents.map(({ semantic }) => semantic),
      copy: documents.map(({ copy }) => copy),
    };
    const answered = queries.map((vectors) => {
      const nearestBy = (kind: VectorKind) =>
        nearestByScan(vectors[kind], all[kind], NEAREST).flatMap((at) => documents[at]?.imageId ?? []);
      const startedAt = performance.now();
      const nearest = { semantic: nearestBy('semantic'), copy: nearestBy('copy') };
      times.push(performance.now() - startedAt);
      return { vectors, nearest };
    });
    return [{ name, tenant, queries: answered, scan: quantiles(times) }];
  });
