import type { InstalledModels } from '#shared/embedding/installed-models.ts';
import { newQueryId, type TenantId } from '#shared/kernel/ids.ts';
import { Problem } from '#shared/kernel/problems.ts';
import { VERDICTS } from '#shared/kernel/vocabulary.ts';
import { findNearImages } from '#shared/matching/find-near-images.ts';
import type { Neighbour } from '#shared/matching/match.ts';
import type { Candidate, VectorIndex } from '#shared/vector-index/vector-index.ts';
import { type Found, type RememberPorts, rememberAnswer } from './cache-answer.ts';
import { whyNothing } from './explain-no-results.ts';
import type { SimilarityQuery } from './query.ts';
import { queryHash } from './query-hash.ts';
import { type ReadQueryPorts, readQuery } from './read-query.ts';
import { judgedImage, type SimilarityResults, searchResult } from './search-result.ts';

export interface SearchPorts extends Omit<ReadQueryPorts, 'embedder'>, Omit<RememberPorts, 'imageStore'> {
  index: Pick<VectorIndex, 'search'>;
  installed: Pick<InstalledModels, 'embedder'>;
  /** Milliseconds of a clock that only goes forward. */
  now?: () => number;
}

/** The index finds copies best with some room: the best copy need not be the nearest by likeness. */
const MIN_K = 50;

/**
 * Finds the pictures that are the query's, or like it: none of another tenant, none below the threshold.
 * @throws Problem `invalid_request` for an unknown model; those of `readQuery`; `dependency_unavailable`
 */
export function searchImages(ports: SearchPorts) {
  const { installed, now = () => performance.now() } = ports;
  const remember = rememberAnswer(ports);

  return async (tenant: TenantId, query: SimilarityQuery): Promise<SimilarityResults> => {
    const startedAt = now();
    const model = modelFor(query);
    const embedder = await installed.embedder(model);
    const findOut = findPictures({ ...ports, embedder });
    // 1. an answer that is known already needs no more than its records
    const hash = queryHash(query, embedder.manifest);
    const { pictures, explanation, cached } = await remember(tenant, hash, () => findOut(tenant, query));
    // 6. as the caller reads it
    const results = pictures.map(({ judged, record }) => searchResult(judged, record, query));
    return {
      query_id: newQueryId(),
      results,
      ...(explanation && { explanation }),
      total_results: results.length,
      processing_time_ms: Math.round((now() - startedAt) * 10) / 10,
      model,
      cached,
    };
  };
}

/**
 * One model from the picture to the answer: what it is embedded by, which space is searched, whose vectors are compared.
 * @throws Problem `invalid_request` for a model that does not have all of the tenant's pictures
 */
function modelFor({ model, models }: SimilarityQuery): string {
  if (model === undefined || models.includes(model)) return model ?? models[0];
  const known = models.join(', ');
  throw new Problem('invalid_request', `You have no model "${model}" to search with; you have ${known}.`, {
    errors: [{ pointer: '/model', message: `must be one of ${known}` }],
  });
}

function findPictures(ports: SearchPorts & Pick<ReadQueryPorts, 'embedder'>) {
  const { manifest } = ports.embedder;
  const read = readQuery(ports);
  const near = findNearImages(ports);
  const why = whyNothing(ports);

  return async (tenant: TenantId, query: SimilarityQuery): Promise<Found> => {
    const { threshold, filter, maxResults } = query;
    // 2. decode, cut out the region, embed
    const { probe, otherTurns, inset } = await read(tenant, query.source, query.region);
    // 3. search, read the records, look again where the cosine is in doubt, judge
    let nearest: readonly Candidate[] = [];
    const neighbours = await near(tenant, manifest, probe, {
      k: Math.max(MIN_K, maxResults + 1), // the query's own picture may be one of them
      filter,
      similarFrom: threshold,
      otherTurns,
      inset: query.region ? undefined : inset, // a part that was asked for is meant as it is
      onNearest: (candidates) => {
        nearest = candidates;
      },
    });
    // 4. re-check the threshold, order, cut
    const best = neighbours
      .filter(({ score }) => score >= threshold)
      .sort(byVerdictThenScore)
      .slice(0, maxResults);
    if (best.length > 0)
      return { pictures: best.map((each) => ({ judged: judgedImage(each), record: each.record })) };
    // 5. nothing: say why
    const explanation = await why(tenant, manifest, probe, { threshold, filter, nearest, neighbours });
    return { pictures: [], explanation };
  };
}

/**
 * Calibrated scores are flat at their upper end, so the raw cosine decides between equals; then the id, so that the
 * same search gives the same order.
 */
function byVerdictThenScore(one: Neighbour, other: Neighbour): number {
  return (
    VERDICTS.indexOf(one.verdict) - VERDICTS.indexOf(other.verdict) ||
    other.score - one.score ||
    cosineOf(other) - cosineOf(one) ||
    (one.record.image_id < other.record.image_id ? -1 : 1)
  );
}

const cosineOf = ({ verdict, evidence }: Neighbour): number =>
  (verdict === 'similar' ? evidence.semantic : evidence.copy) ?? 0;
