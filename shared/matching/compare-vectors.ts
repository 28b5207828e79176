import type { Embedding } from '#shared/embedding/embedder.ts';
import type { ModelManifest } from '#shared/embedding/manifest.ts';
import type { ImageStore } from '#shared/images/image-store.ts';
import { type IndexedRecord, isIndexed } from '#shared/images/indexed-image.ts';
import type { ImageId, TenantId } from '#shared/kernel/ids.ts';
import { type Evidence, judge, perceptualDistance } from '#shared/matching/decision/decide.ts';
import type { Candidate } from '#shared/vector-index/vector-index.ts';
import { cellsOf, cosine, type Probe } from './query-image.ts';
import type { Unheld } from './verify-geometry.ts';

export interface ComparePorts {
  imageStore: Pick<ImageStore, 'getMany' | 'getVectors'>;
}

/**
 * The candidates' records, judged by their vectors.
 * @param doubtful of these the cells are read too, to look again
 */
export async function compare(
  { imageStore }: ComparePorts,
  tenant: TenantId,
  manifest: ModelManifest,
  probe: Probe,
  candidates: readonly Candidate[],
  doubtful: ReadonlySet<ImageId>,
): Promise<Unheld[]> {
  const found = new Map(candidates.map((candidate) => [candidate.imageId, candidate]));
  const wanted = [...found.values()]
    .filter(
      ({ imageId, semantic, copy }) => doubtful.has(imageId) || semantic === undefined || copy === undefined,
    )
    .map(({ imageId }) => imageId);
  const [records, vectors] = await Promise.all([
    imageStore.getMany(tenant, [...found.keys()]),
    wanted.length > 0 ? imageStore.getVectors(tenant, wanted, manifest.name) : new Map<ImageId, Embedding>(),
  ]);
  return records.filter(isIndexed).map((record) => {
    const stored = vectors.get(record.image_id);
    const cells = stored && doubtful.has(record.image_id) && cellsOf(manifest, stored, record);
    const evidence = evidenceOf(probe, record, found.get(record.image_id), stored);
    return { record, evidence, ...judge(evidence, manifest), ...(cells && { cells }) };
  });
}

function evidenceOf(
  probe: Probe,
  record: IndexedRecord,
  found: Candidate | undefined,
  stored: Embedding | undefined,
): Evidence {
  const distance = perceptualDistance(probe.perceptualHash, record.hash_perceptual);
  const sameSize = probe.width === record.width && probe.height === record.height;
  return {
    sameBytes: probe.sha256 === record.hash_sha256,
    samePixels: sameSize && distance === 0 && probe.pixelHash() === record.hash_pixels,
    perceptualDistance: distance,
    copy: found?.copy ?? (stored && cosine(probe.embedding.copy, stored.copy)),
    semantic: found?.semantic ?? (stored && cosine(probe.embedding.semantic, stored.semantic)),
  };
}
