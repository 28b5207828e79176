import type { Embedding } from '#shared/embedding/embedder.ts';
import type { ModelManifest } from '#shared/embedding/manifest.ts';
import type { ImageStore } from '#shared/images/image-store.ts';
import { type IndexedRecord, isIndexed } from '#shared/images/indexed-image.ts';
import type { TenantId } from '#shared/kernel/ids.ts';
import { findNearImages } from '#shared/matching/find-near-images.ts';
import type { KnownCopies } from '#shared/matching/match-context.ts';
import { storedQueryImage } from '#shared/matching/query-image.ts';
import { type ReadModelImagePorts, readModelImage } from '#shared/matching/read-model-image.ts';
import type { VectorIndex } from '#shared/vector-index/vector-index.ts';
import { byConfidence, contentOf, type Match } from './group-members.ts';

export interface MatchPorts extends ReadModelImagePorts {
  imageStore: Pick<ImageStore, 'getMany' | 'getVectors' | 'findBySha256'>;
  index: Pick<VectorIndex, 'search'>;
  groups: KnownCopies;
  manifest: ModelManifest;
}

/** Nearest images compared. Further copies are found by the detection of those images. */
const NEAREST = 50;
/** Images with the same bytes: as many again beside those that are near, and the image itself. */
const SAME_BYTES = 2 * NEAREST + 1;

/** Finds the copies of a stored image by SHA-256 and by vectors, best match first. */
export const findMatches =
  (ports: MatchPorts) =>
  async (tenant: TenantId, record: IndexedRecord, embedding: Embedding): Promise<Match[]> => {
    const { imageStore, manifest } = ports;
    const query = storedQueryImage(record, embedding, () => readModelImage(ports, tenant, record.image_id));
    const [sameBytes, near] = await Promise.all([
      imageStore.findBySha256(tenant, record.hash_sha256, SAME_BYTES),
      findNearImages(ports)(tenant, manifest, query, {
        k: NEAREST,
        similarFrom: Number.POSITIVE_INFINITY,
      }),
    ]);
    const matches = new Map<Match['imageId'], Match>();
    for (const { record: copy, verdict, score } of near.images) {
      if (verdict === 'similar') continue;
      matches.set(copy.image_id, {
        imageId: copy.image_id,
        verdict,
        confidence: score,
        content: contentOf(copy),
      });
    }
    const others = sameBytes.filter((id) => id !== record.image_id && !matches.has(id)).slice(0, NEAREST);
    for (const copy of (await imageStore.getMany(tenant, others)).filter(isIndexed)) {
      const { image_id: imageId } = copy;
      matches.set(imageId, { imageId, verdict: 'exact', confidence: 1, content: contentOf(copy) });
    }
    return [...matches.values()].sort(byConfidence);
  };
