import type { Embedding } from '#shared/embedding/embedder.ts';
import { type IndexedRecord, isIndexed } from '#shared/images/indexed-image.ts';
import type { ImageId } from '#shared/kernel/ids.ts';
import { type Evidence, perceptualDistance } from '#shared/matching/decision/evidence.ts';
import { mayBeCopy } from '#shared/matching/decision/likelihood.ts';
import { BOUNDS, type MatchContext, type Retrieved } from './match-context.ts';
import type { MatchCandidate } from './near-image.ts';
import { cosine, localDescriptors, type QueryImage } from './query-image.ts';

/**
 * Reads the candidates' records and compares hashes and cosines. Reads vectors only where a cosine is missing, and for the
 * nearest candidates within the bounds, whose local descriptors are aligned next.
 */
export async function compareVectors(
  { ports: { imageStore }, tenant, manifest, query }: MatchContext,
  candidates: readonly Retrieved[],
): Promise<readonly MatchCandidate[]> {
  const likely = nearest(
    candidates.filter((each) => mayBeCopy(nearness(each), manifest)),
    BOUNDS.geometry,
  );
  const byId = new Map(candidates.map((candidate) => [candidate.imageId, candidate]));
  const incomplete = [...byId.values()]
    .filter(
      ({ imageId, semantic, copy }) => likely.has(imageId) || semantic === undefined || copy === undefined,
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
    const candidate = byId.get(record.image_id);
    const descriptors = stored && likely.has(record.image_id) && localDescriptors(manifest, stored, record);
    return {
      record,
      evidence: evidenceOf(query, record, candidate, stored),
      regionCopy: candidate?.regionCopy,
      ...(descriptors && { descriptors }),
    };
  });
}

const nearness = ({ copy = 0, regionCopy = 0 }: Retrieved): number => Math.max(copy, regionCopy);

function nearest(candidates: readonly Retrieved[], count: number): ReadonlySet<ImageId> {
  const nearestFirst = [...candidates].sort(
    (one, other) => nearness(other) - nearness(one) || (one.imageId < other.imageId ? -1 : 1),
  );
  return new Set(nearestFirst.slice(0, count).map(({ imageId }) => imageId));
}

function evidenceOf(
  query: QueryImage,
  record: IndexedRecord,
  candidate: Retrieved | undefined,
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
