import type { InstalledModels } from '#shared/embedding/installed-models.ts';
import { newQueryId, type TenantId } from '#shared/kernel/ids.ts';
import { Problem } from '#shared/kernel/problems.ts';
import { VERDICTS } from '#shared/kernel/vocabulary.ts';
import { findNearImages } from '#shared/matching/find-near-images.ts';
import type { KnownCopies } from '#shared/matching/match-context.ts';
import type { NearImage } from '#shared/matching/near-image.ts';
import type { VectorIndex } from '#shared/vector-index/vector-index.ts';
import { bestOfGroups, type SearchedGroups } from './best-of-groups.ts';
import { type CachePorts, cacheAnswer, type FoundImages } from './cache-answer.ts';
import { explainNoResults } from './explain-no-results.ts';
import type { SimilarityQuery } from './query.ts';
import { queryHash } from './query-hash.ts';
import { type ReadQueryPorts, readQuery } from './read-query.ts';
import { judgedImage, type SimilarityResults, searchResult } from './search-result.ts';

export interface SearchPorts extends Omit<ReadQueryPorts, 'embedder'>, Omit<CachePorts, 'imageStore'> {
  index: Pick<VectorIndex, 'search'>;
  groups: KnownCopies & SearchedGroups;
  installed: Pick<InstalledModels, 'embedder'>;
  /** Milliseconds of a monotonic clock. */
  now?: () => number;
}

/** The fewest candidates by each vector: the best copy may not be among the nearest by likeness. */
const MIN_K = 50;

/**
 * Finds the images of a tenant that are copies of the query or similar to it, with at least the threshold's score.
 * @throws Problem `invalid_request` for an unknown model; those of `readQuery`; `dependency_unavailable`
 */
export function searchImages(ports: SearchPorts) {
  const { installed, now = () => performance.now() } = ports;
  const answer = cacheAnswer(ports);

  return async (tenant: TenantId, query: SimilarityQuery): Promise<SimilarityResults> => {
    const startedAt = now();
    const model = modelFor(query);
    const embedder = await installed.embedder(model);
    const find = findImages({ ...ports, embedder });
    // 1. A cached answer needs only its records.
    const hash = queryHash(query, embedder.manifest);
    const { images, explanation, cached } = await answer(tenant, hash, () => find(tenant, query));
    // 6. Add records and links.
    const found = images.map(({ judged, record }) => searchResult(judged, record, query));
    // 7. Of each duplicate group, list the best.
    const results = query.deduplicate ? await bestOfGroups(ports.groups, tenant, found) : found;
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
 * Returns the one model that embeds the query, whose partition is searched and whose vectors are compared.
 * @throws Problem `invalid_request` for a model that is not one of the tenant's
 */
function modelFor({ model, models }: SimilarityQuery): string {
  if (model === undefined || models.includes(model)) return model ?? models[0];
  const known = models.join(', ');
  throw new Problem('invalid_request', `You have no model "${model}" to search with; you have ${known}.`, {
    errors: [{ pointer: '/model', message: `must be one of ${known}` }],
  });
}

function findImages(ports: SearchPorts & Pick<ReadQueryPorts, 'embedder'>) {
  const { manifest } = ports.embedder;
  const read = readQuery(ports);
  const findNear = findNearImages(ports);
  const explain = explainNoResults(ports);

  return async (tenant: TenantId, request: SimilarityQuery): Promise<FoundImages> => {
    const { threshold, filter, maxResults, region, withoutPixels = false } = request;
    // 2. Decode, crop to the region, embed.
    const { query, shownImages } = await read(tenant, request.source, region);
    // 3. Retrieve, verify and judge candidates.
    const found = await findNear(tenant, manifest, query, {
      k: Math.max(MIN_K, maxResults + 1), // the query may be one of the candidates
      filter,
      similarFrom: threshold,
      withoutPixels,
      shownImages: region ? undefined : shownImages, // a requested region is searched as it is
    });
    // 4. Apply the threshold, order, cut.
    const best = found.images
      .filter(({ score }) => score >= threshold)
      .sort(byVerdictThenScore)
      .slice(0, maxResults);
    if (best.length > 0)
      return { images: best.map((each) => ({ judged: judgedImage(each), record: each.record })) };
    // 5. Explain an empty result.
    return { images: [], explanation: await explain(tenant, manifest, query, { threshold, filter }, found) };
  };
}

/** Breaks ties of scores, which are flat at their upper end, by the raw cosine; then by the id, for a stable order. */
function byVerdictThenScore(one: NearImage, other: NearImage): number {
  return (
    VERDICTS.indexOf(one.verdict) - VERDICTS.indexOf(other.verdict) ||
    other.score - one.score ||
    cosineOf(other) - cosineOf(one) ||
    (one.record.image_id < other.record.image_id ? -1 : 1)
  );
}

const cosineOf = ({ verdict, evidence }: NearImage): number =>
  (verdict === 'similar' ? evidence.semantic : evidence.copy) ?? 0;
