import type { Embedding } from '#shared/embedding/embedder.ts';
import type { ImageStore } from '#shared/images/image-store.ts';
import type { ImageId, TenantId } from '#shared/kernel/ids.ts';
import type { Candidate, VectorIndex } from '#shared/vector-index/vector-index.ts';

interface CanaryPorts {
  imageStore: Pick<ImageStore, 'getVectors'>;
  index: Pick<VectorIndex, 'search'>;
}

/** What a tenant's searches by a model would find, tried on some of its pictures. */
export interface Canary {
  /** Of pictures that were tried, how many find themselves. */
  tried: number;
  found: number;
  /** Of the 10 that are truly nearest, the share that a search tells: of both vectors the worse. */
  recall: number;
}

/** A picture's own copy vector is at a cosine of 1 to itself, but for rounding and quantisation. */
const ITSELF = 0.98;
const NEAREST = 10;
/** Cosines that differ by less are the same: which of two equals is told is chance. */
const SAME = 1e-3;
/** The recall that an index owes: QUALITY of the service, at 100 000 vectors. */
const LEAST_RECALL = 0.98;

export const isWell = ({ tried, found, recall }: Canary): boolean =>
  found === tried && recall >= LEAST_RECALL;

/** Searches for pictures by their own vectors, and holds the answers against a comparison with every document. */
export const canary =
  ({ imageStore, index }: CanaryPorts) =>
  async (tenant: TenantId, model: string, images: readonly ImageId[]): Promise<Canary> => {
    const vectors = await imageStore.getVectors(tenant, images, model);
    const tries: { itself: boolean; recalls: number[] }[] = [];
    for (const [image, { semantic, copy }] of vectors) {
      const query = { semantic, copy, k: NEAREST };
      const [told, truth] = await Promise.all([
        index.search(tenant, model, query),
        index.search(tenant, model, { ...query, exact: true }),
      ]);
      tries.push({
        itself: told.some(({ imageId, copy: cosine = 0 }) => imageId === image && cosine >= ITSELF),
        recalls: (['semantic', 'copy'] as const).map((by) => recallOf(told, truth, by)),
      });
    }
    const means = [0, 1].map((by) => mean(tries.map(({ recalls }) => recalls[by] ?? 1)));
    return {
      tried: tries.length,
      found: tries.filter(({ itself }) => itself).length,
      recall: Math.min(...means),
    };
  };

/** As many of the nearest are told as there truly are, counting those that are no farther than the farthest of them. */
function recallOf(
  told: readonly Candidate[],
  truth: readonly Candidate[],
  by: keyof Embedding & keyof Candidate,
) {
  const nearest = (candidates: readonly Candidate[]) =>
    candidates
      .flatMap((each) => each[by] ?? [])
      .sort((one, other) => other - one)
      .slice(0, NEAREST);
  const [found, true10] = [nearest(told), nearest(truth)];
  const farthest = true10.at(-1);
  if (farthest === undefined) return 1;
  return found.filter((cosine) => cosine >= farthest - SAME).length / true10.length;
}

const mean = (values: readonly number[]): number =>
  values.length === 0 ? 1 : values.reduce((sum, value) => sum + value, 0) / values.length;
