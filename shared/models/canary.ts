import type { Embedding } from '#shared/embedding/embedder.ts';
import type { ImageStore } from '#shared/images/image-store.ts';
import type { ImageId, TenantId } from '#shared/kernel/ids.ts';
import type { Candidate, VectorIndex } from '#shared/vector-index/vector-index.ts';

interface CanaryPorts {
  imageStore: Pick<ImageStore, 'getVectors'>;
  index: Pick<VectorIndex, 'search'>;
}

/** Quality of a tenant's searches by a model, measured with some of its images as queries. */
export interface Canary {
  queries: number;
  /** Images that find themselves. */
  selfMatches: number;
  /** Recall at 10 against exact search, of the worse of the two vectors. */
  recall: number;
}

/** Least cosine of an image's copy vector to itself, which is 1 but for rounding and quantisation. */
const SELF_COSINE = 0.98;
const NEAREST = 10;
/** Cosines that differ by less are ties, which an index may return in any order. */
const TIE = 1e-3;
/** The service's quality goal at 100 000 vectors. */
const MIN_RECALL = 0.98;

export const isHealthy = ({ queries, selfMatches, recall }: Canary): boolean =>
  selfMatches === queries && recall >= MIN_RECALL;

/** Searches for images by their own vectors, and compares the results with those of exact search. */
export const canary =
  ({ imageStore, index }: CanaryPorts) =>
  async (tenant: TenantId, model: string, images: readonly ImageId[]): Promise<Canary> => {
    const vectors = await imageStore.getVectors(tenant, images, model);
    const outcomes: { findsItself: boolean; recalls: number[] }[] = [];
    for (const [image, { semantic, copy }] of vectors) {
      const query = { semantic, copy, k: NEAREST };
      const [candidates, exact] = await Promise.all([
        index.search(tenant, model, query),
        index.search(tenant, model, { ...query, exact: true }),
      ]);
      outcomes.push({
        findsItself: candidates.some(
          ({ imageId, copy: cosine = 0 }) => imageId === image && cosine >= SELF_COSINE,
        ),
        recalls: (['semantic', 'copy'] as const).map((vector) => recallOf(candidates, exact, vector)),
      });
    }
    const means = [0, 1].map((vector) => mean(outcomes.map(({ recalls }) => recalls[vector] ?? 1)));
    return {
      queries: outcomes.length,
      selfMatches: outcomes.filter(({ findsItself }) => findsItself).length,
      recall: Math.min(...means),
    };
  };

/** Returns the share of the exact nearest that were found; a tie with the farthest of them counts as found. */
function recallOf(
  candidates: readonly Candidate[],
  exact: readonly Candidate[],
  vector: keyof Embedding & keyof Candidate,
) {
  const nearestCosines = (results: readonly Candidate[]) =>
    results
      .flatMap((each) => each[vector] ?? [])
      .sort((one, other) => other - one)
      .slice(0, NEAREST);
  const [cosines, exactCosines] = [nearestCosines(candidates), nearestCosines(exact)];
  const farthest = exactCosines.at(-1);
  if (farthest === undefined) return 1;
  return cosines.filter((cosine) => cosine >= farthest - TIE).length / exactCosines.length;
}

const mean = (values: readonly number[]): number =>
  values.length === 0 ? 1 : values.reduce((sum, value) => sum + value, 0) / values.length;
