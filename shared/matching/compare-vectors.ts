import type { Embedding } from '#shared/embedding/embedder.ts';
import { type IndexedRecord, isIndexed } from '#shared/images/indexed-image.ts';
import type { ImageId } from '#shared/kernel/ids.ts';
import { type Evidence, perceptualDistance } from '#shared/matching/decision/evidence.ts';
import { mayBeCopy } from '#shared/matching/decision/likelihood.ts';
import { turnedDistance } from '#shared/matching/decision/turned-hash.ts';
import { BOUNDS, type MatchContext, type Retrieved } from './match-context.ts';
import type { MatchCandidate } from './near-image.ts';
import { cosine, localDescriptors, type QueryImage } from './query-image.ts';

/**
 * Reads the candidates' records and compares hashes and cosines. Reads vectors only where a cosine is missing, and of the
 * candidates whose local descriptors are aligned next.
 */
export async function compareVectors(
  { ports: { imageStore }, tenant, manifest, query }: MatchContext,
  candidates: readonly Retrieved[],
  toAlign: ReadonlySet<ImageId>,
): Promise<readonly MatchCandidate[]> {
  const byId = new Map(candidates.map((candidate) => [candidate.imageId, candidate]));
  const incomplete = [...byId.values()]
    .filter(
      ({ imageId, semantic, copy }) => toAlign.has(imageId) || semantic === undefined || copy === undefined,
    )
    .map(({ imageId }) => imageId);
  const [records, vectors] = await Promise.all([
    imageStore.getMany(tenant, [...byId.keys()]),
    incomplete.length > 0
      ? imageStore.getVectors(tenant, incomplete, manifest.name)
      : new Map<ImageId, Embedding>(),
  ]);
  const turnedDistanceTo = turnedDistance(query.perceptualHash);
  return records.filter(isIndexed).map((record) => {
    const stored = vectors.get(record.image_id);
    const candidate = byId.get(record.image_id);
    const descriptors = stored && toAlign.has(record.image_id) && localDescriptors(manifest, stored, record);
    return {
      record,
      evidence: evidenceOf(query, record, turnedDistanceTo(record.hash_perceptual), candidate, stored),
      regionCopy: candidate?.regionCopy,
      ...(candidate?.nearestToShown && { nearestToShown: true as const }),
      ...(descriptors && { descriptors }),
    };
  });
}

/** Returns the nearest candidates by the copy vector that may be copies, as many as may be aligned. */
export function nearestToAlign(
  { manifest }: MatchContext,
  candidates: readonly Retrieved[],
): ReadonlySet<ImageId> {
  const nearestFirst = candidates
    .filter((each) => mayBeCopy(nearness(each), manifest))
    .sort((one, other) => nearness(other) - nearness(one) || (one.imageId < other.imageId ? -1 : 1));
  return new Set(nearestFirst.slice(0, BOUNDS.geometry).map(({ imageId }) => imageId));
}

const nearness = ({ copy = 0, regionCopy = 0 }: Retrieved): number => Math.max(copy, regionCopy);

function evidenceOf(
  query: QueryImage,
  record: IndexedRecord,
  turned: number,
  candidate: Retrieved | undefined,
  stored: Embedding | undefined,
): Evidence {
  const distance = perceptualDistance(query.perceptualHash, record.hash_perceptual);
  const sameSize = query.width === record.width && query.height === record.height;
  return {
    sameBytes: query.sha256 === record.hash_sha256,
    samePixels: sameSize && distance === 0 && query.pixelHash === record.hash_pixels,
    perceptualDistance: distance,
    turnedDistance: turned,
    copy: candidate?.copy ?? (stored && cosine(query.embedding.copy, stored.copy)),
    semantic: candidate?.semantic ?? (stored && cosine(query.embedding.semantic, stored.semantic)),
  };
}
