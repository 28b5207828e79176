import type { Embedding } from '#shared/embedding/embedder.ts';
import type { ModelManifest } from '#shared/embedding/manifest.ts';
import type { ImageStore } from '#shared/images/image-store.ts';
import { type IndexedRecord, isIndexed } from '#shared/images/indexed-image.ts';
import type { TenantId } from '#shared/kernel/ids.ts';
import { findNearImages, type Looks } from '#shared/matching/find-near-images.ts';
import { storedProbe } from '#shared/matching/query-image.ts';
import { type PixelPorts, storedPixels } from '#shared/matching/verify-pixels.ts';
import type { VectorIndex } from '#shared/vector-index/vector-index.ts';
import { bySureness, type Match } from './group-members.ts';

export interface MatchPorts extends PixelPorts {
  imageStore: Pick<ImageStore, 'getMany' | 'getVectors' | 'findBySha256'>;
  index: Pick<VectorIndex, 'search'>;
  manifest: ModelManifest;
}

/** How many nearest pictures are compared. A picture with more copies is found by theirs. */
const NEAREST = 50;

/**
 * Of 163 edited photographs that the cosine alone does not prove, two were not among the first three by it. Every picture
 * pays for them on its way in.
 */
const LOOKS: Looks = { cells: 3, pixels: 3 };

/** The pictures that are the same as one of the catalog: by its bytes, and by its vectors. The surest first. */
export const findMatches =
  (ports: MatchPorts) =>
  async (tenant: TenantId, record: IndexedRecord, embedding: Embedding): Promise<Match[]> => {
    const { imageStore, manifest } = ports;
    const probe = storedProbe(record, embedding, () => storedPixels(ports, tenant, record.image_id));
    const [sameBytes, neighbours] = await Promise.all([
      imageStore.findBySha256(tenant, record.hash_sha256),
      findNearImages(ports)(tenant, manifest, probe, {
        k: NEAREST,
        similarFrom: Number.POSITIVE_INFINITY,
        looks: LOOKS,
      }),
    ]);
    const found = new Map<Match['imageId'], Match>();
    for (const { record: near, verdict, score } of neighbours) {
      if (verdict === 'similar') continue;
      found.set(near.image_id, { imageId: near.image_id, verdict, confidence: score });
    }
    const others = sameBytes.filter((id) => id !== record.image_id && !found.has(id)).slice(0, NEAREST);
    for (const { image_id } of (await imageStore.getMany(tenant, others)).filter(isIndexed)) {
      found.set(image_id, { imageId: image_id, verdict: 'exact', confidence: 1 });
    }
    return [...found.values()].sort(bySureness);
  };
