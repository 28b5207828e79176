import type { Embedding } from '#shared/embedding/embedder.ts';
import type { ModelManifest } from '#shared/embedding/manifest.ts';
import { type IndexedRecord, isIndexed } from '#shared/images/indexed-image.ts';
import type { ImageId } from '#shared/kernel/ids.ts';
import {
  type Evidence,
  hasCertainCopy,
  isUncertain,
  judge,
  perceptualDistance,
} from '#shared/matching/decision/decide.ts';
import type { Candidate } from '#shared/vector-index/vector-index.ts';
import type { MatchContext } from './match-context.ts';
import type { MatchCandidate } from './near-image.ts';
import { cosine, localDescriptors, type QueryImage } from './query-image.ts';

/**
 * Reads the candidates' records and judges them by hashes and cosines. Reads vectors only where a cosine is missing, and
 * for uncertain candidates within the bounds, whose local descriptors are verified next.
 */
export async function compareVectors(
  { ports: { imageStore }, tenant, manifest, query, options }: MatchContext,
  candidates: readonly Candidate[],
): Promise<readonly MatchCandidate[]> {
  const uncertain = mostLikelyUncertain(candidates, manifest, options.bounds.geometry);
  const byId = new Map(candidates.map((candidate) => [candidate.imageId, candidate]));
  const incomplete = [...byId.values()]
    .filter(
      ({ imageId, semantic, copy }) => uncertain.has(imageId) || semantic === undefined || copy === undefined,
    )
    .map(({ imageId }) => imageId);
  const [records, vectors] = await Promise.all([
    imageStore.getMany(tenant, [...byId.keys()]),
    incomplete.length > 0
      ? imageStore.getVectors(tenant, incomplete, manifest.name)
      : new Map<ImageId, Embedding>(),
  ]);
  return records.filter(isIndexed).map((record) => {
    const stored = vectors.get(record.image_id);
    const descriptors =
      stored && uncertain.has(record.image_id) && localDescriptors(manifest, stored, record);
    const evidence = evidenceOf(query, record, byId.get(record.image_id), stored);
    return { record, evidence, ...judge(evidence, manifest), ...(descriptors && { descriptors }) };
  });
}

function mostLikelyUncertain(
  candidates: readonly Candidate[],
  manifest: ModelManifest,
  count: number,
): ReadonlySet<ImageId> {
  const copyIsCertain = hasCertainCopy(candidates, manifest);
  const nearestFirst = candidates
    .filter(({ copy }) => copy !== undefined && isUncertain(copy, manifest, copyIsCertain))
    .sort((one, other) => (other.copy ?? 0) - (one.copy ?? 0) || (one.imageId < other.imageId ? -1 : 1));
  return new Set(nearestFirst.slice(0, count).map(({ imageId }) => imageId));
}

function evidenceOf(
  query: QueryImage,
  record: IndexedRecord,
  candidate: Candidate | undefined,
  stored: Embedding | undefined,
): Evidence {
  const distance = perceptualDistance(query.perceptualHash, record.hash_perceptual);
  const sameSize = query.width === record.width && query.height === record.height;
  return {
    sameBytes: query.sha256 === record.hash_sha256,
    samePixels: sameSize && distance === 0 && query.pixelHash === record.hash_pixels,
    perceptualDistance: distance,
    copy: candidate?.copy ?? (stored && cosine(query.embedding.copy, stored.copy)),
    semantic: candidate?.semantic ?? (stored && cosine(query.embedding.semantic, stored.semantic)),
  };
}
