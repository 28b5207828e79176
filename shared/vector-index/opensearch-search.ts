import { z } from 'zod';
import { imageId, type TenantId } from '#shared/domain/ids.ts';
import { Problem } from '#shared/domain/problems.ts';
import type { Neighbour } from './candidates.ts';
import { aliasOf } from './opensearch-aliases.ts';
import { ErrorCause, partProblem, reasonOf } from './opensearch-errors.ts';
import { conditions } from './opensearch-mapping.ts';
import type { VectorQuery } from './vector-index.ts';

const Found = z.object({
  hits: z.object({ hits: z.array(z.object({ _id: z.string(), _score: z.number() })) }),
});
const Failed = z.object({ status: z.number(), error: ErrorCause });
const MultiSearch = z.object({ responses: z.tuple([z.union([Failed, Found]), z.union([Failed, Found])]) });

/**
 * Both searches as the lines of one `_msearch`. One search of two named `knn` clauses would run each of them a second
 * time to tell their scores apart: 19 ms against 12 (k = 20), 63 against 37 (k = 200), 10 000 documents.
 *
 * Never `min_score` inside `knn`: it loses true matches. The caller checks the cosines.
 */
export function searchLines(tenant: TenantId, model: string, query: VectorQuery): Record<string, unknown>[] {
  // Half an answer would pass for "no duplicates".
  const header = { index: aliasOf(model), routing: tenant, allow_partial_search_results: false };
  // Inside knn: a filter beside it is applied to the k nearest of everybody.
  const filter = conditions(tenant, query.filter);
  return (['semantic', 'copy'] as const).flatMap((by) => [
    header,
    {
      size: query.k,
      _source: false,
      track_total_hits: false,
      query: { knn: { [by]: { vector: Array.from(query[by]), k: query.k, filter } } },
    },
  ]);
}

/** @returns the neighbours by the semantic vector and by the copy vector */
export function readSearch(body: unknown): [Neighbour[], Neighbour[]] {
  const [semantic, copy] = MultiSearch.parse(body).responses;
  return [neighbours(semantic), neighbours(copy)];
}

/**
 * Whether an index that a search was sent to went away under it: it was just replaced, and the alias knows the one that
 * took its place.
 */
export const isOvertaken = (body: unknown): boolean =>
  MultiSearch.parse(body).responses.some((part) => 'error' in part && [404, 503].includes(part.status));

function neighbours(part: z.infer<typeof Failed> | z.infer<typeof Found>): Neighbour[] {
  if ('error' in part) {
    throw partProblem(part.status, part.error) ?? new Problem('invalid_request', reasonOf(part.error));
  }
  return part.hits.hits.map(({ _id, _score }) => ({
    imageId: imageId(_id.slice(_id.indexOf('#') + 1)),
    cosine: cosineOf(_score),
  }));
}

/** Lucene scores an inner product p as 1 + p from 0 on, and as 1 / (1 − p) below. */
export const cosineOf = (score: number): number => (score >= 1 ? score - 1 : 1 - 1 / score);
