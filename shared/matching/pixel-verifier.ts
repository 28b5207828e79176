import type { ModelManifest } from '#shared/embedding/manifest.ts';
import type { ImageStore } from '#shared/images/image-store.ts';
import type { TenantId } from '#shared/kernel/ids.ts';
import { judge, passesBlockNcc } from '#shared/matching/decision/decide.ts';
import { align, alignmentFromQuad } from '#shared/matching/geometry/alignment.ts';
import { comparePixels, type Pyramid, pyramidOf } from '#shared/matching/registration/pixel-comparison.ts';
import type { MatchCandidate } from './near-image.ts';
import { localDescriptors, type QueryImage } from './query-image.ts';
import { type ReadModelImagePorts, readModelImage } from './read-model-image.ts';

export interface PixelPorts extends ReadModelImagePorts {
  imageStore: Pick<ImageStore, 'getVectors'>;
}

/**
 * Registers a candidate with the query and compares their pixels.
 * @param share of the query's blocks that must reach the block NCC, 0..1
 * @returns the block NCC, -1..1, and the candidate, with the alignment by pixels if it passes; undefined if the pixels of
 * either image are not stored
 */
export type PixelVerifier = (
  candidate: MatchCandidate,
  share: number,
) => Promise<{ blockNcc: number; candidate: MatchCandidate } | undefined>;

/** Returns a verifier that decodes the query once. */
export function pixelVerifier(
  ports: PixelPorts,
  tenant: TenantId,
  manifest: ModelManifest,
  query: QueryImage,
): PixelVerifier {
  let queryPyramid: Pyramid | undefined;
  return async (candidate, share) => {
    const pixels = queryPyramid ? undefined : await query.modelImage?.();
    if (pixels) queryPyramid = pyramidOf(pixels);
    const stored = queryPyramid && (await readModelImage(ports, tenant, candidate.record.image_id));
    if (!queryPyramid || !stored) return undefined;
    const byGeometry = candidate.alignment ?? (await alignmentOf(ports, tenant, manifest, query, candidate));
    const { blockNcc, quad } = comparePixels(queryPyramid, pyramidOf(stored), {
      quads: byGeometry ? [byGeometry.quad] : [],
      share,
    });
    const alignment = passesBlockNcc(blockNcc)
      ? alignmentFromQuad(quad, byGeometry?.inlierScore ?? 0, query, candidate.record)
      : byGeometry;
    return { blockNcc, candidate: { ...candidate, ...(alignment && { alignment }) } };
  };
}

/** Judges a candidate again, with a block NCC as evidence. */
export function withBlockNcc(
  candidate: MatchCandidate,
  blockNcc: number,
  manifest: ModelManifest,
): MatchCandidate {
  const evidence = { ...candidate.evidence, blockNcc };
  return { ...candidate, evidence, ...judge(evidence, manifest) };
}

/** Aligns the upright query with a candidate whose descriptors were not read before. */
async function alignmentOf(
  { imageStore }: PixelPorts,
  tenant: TenantId,
  manifest: ModelManifest,
  query: QueryImage,
  { record }: MatchCandidate,
) {
  const descriptors = localDescriptors(manifest, query.embedding, query);
  const vectors = descriptors && (await imageStore.getVectors(tenant, [record.image_id], manifest.name));
  const embedding = vectors?.get(record.image_id);
  const stored = embedding && localDescriptors(manifest, embedding, record);
  return descriptors && stored && align(descriptors, stored);
}
