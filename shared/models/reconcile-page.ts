import type { ImageRecord } from '#shared/images/image-record.ts';
import type { ImageStore } from '#shared/images/image-store.ts';
import { isIndexed } from '#shared/images/indexed-image.ts';
import { vectorDocument } from '#shared/images/vector-document.ts';
import type { ImageId, TenantId } from '#shared/kernel/ids.ts';
import { Problem } from '#shared/kernel/problems.ts';
import { documentDigest } from '#shared/vector-index/document-digest.ts';
import type { Side, VectorDocument, VectorIndex } from '#shared/vector-index/vector-index.ts';

export interface ReconcilePorts {
  imageStore: Pick<ImageStore, 'list' | 'getMany' | 'getVectors'>;
  index: Pick<VectorIndex, 'list' | 'upsert' | 'remove'>;
}

export interface Comparison {
  model: string;
  side: Side;
  /** False if the tenant does not have the model: then every document is extra. */
  wanted: boolean;
  /** Repair the differences. */
  repair: boolean;
}

/** A page of the image store, newest image first. */
export interface PageStart {
  cursor?: string | undefined;
  /** Last image of the previous page. */
  above?: ImageId | undefined;
}

/** Counts of a page. */
export interface Differences {
  pictures: number;
  /** Not in the index. */
  missing: number;
  /** In the index, without an image that is indexed. */
  extra: number;
  /** In the index, but different from the image store. */
  stale: number;
  /** Indexed, without vectors of this model. */
  unembedded: number;
}

/** Images in a page: their vectors of a model with 1 024 dimensions are 2 MB. */
const PAGE = 100;
/** Documents in one list request. */
const LIST_LIMIT = 1_000;

/**
 * Compares a page of the image store, which is the source of truth, with the documents that the index has between the
 * page's first image and its last. Concurrent writes are not taken for differences: a document without an image in the
 * page is looked up before it is removed, and an image that is purged while it is written is removed again.
 * @returns `next`: the start of the next page; undefined after the last
 */
export const reconcilePage =
  (ports: ReconcilePorts) =>
  async (
    tenant: TenantId,
    { model, side, wanted, repair }: Comparison,
    { cursor, above }: PageStart,
  ): Promise<{ differences: Differences; records: readonly ImageRecord[]; next: PageStart | undefined }> => {
    const { imageStore, index } = ports;
    const page = await imageStore.list(tenant, { limit: PAGE, ...(cursor !== undefined && { cursor }) });
    const last = page.items.at(-1)?.image_id;
    const next = page.nextCursor === undefined ? undefined : { cursor: page.nextCursor, above: last };
    const expected = wanted ? await documentsOf(ports, tenant, model, page.items) : new Map();
    const present = await digestsBetween(index, tenant, model, side, above, next && last);

    const missing = [...expected.values()].filter(({ imageId }) => !present.has(imageId));
    const stale = [...expected.values()].filter(
      (document) =>
        present.has(document.imageId) && present.get(document.imageId) !== documentDigest(document),
    );
    const unexpected = [...present.keys()].filter((image) => !expected.has(image));
    const extra = await withoutImage(imageStore, tenant, unexpected, wanted);
    const unembedded = wanted
      ? page.items.filter((each) => isIndexed(each) && !each.hidden && !expected.has(each.image_id))
      : [];
    if (repair) {
      const only = side === 'next' ? 'next' : undefined;
      await write(ports, tenant, model, [...missing, ...stale], only);
      await index.remove(tenant, model, extra, only);
    }
    return {
      differences: {
        pictures: expected.size,
        missing: missing.length,
        extra: extra.length,
        stale: stale.length,
        unembedded: unembedded.length,
      },
      records: page.items,
      next,
    };
  };

/** Returns the documents that the index should have of these images. */
async function documentsOf(
  { imageStore }: ReconcilePorts,
  tenant: TenantId,
  model: string,
  records: readonly ImageRecord[],
): Promise<Map<ImageId, VectorDocument>> {
  const indexed = records.filter(isIndexed).filter(({ hidden }) => !hidden);
  const ids = indexed.map(({ image_id }) => image_id);
  const vectors = await imageStore.getVectors(tenant, ids, model);
  return new Map(
    indexed.flatMap((record) => {
      const embedding = vectors.get(record.image_id);
      return embedding
        ? [[record.image_id, vectorDocument(record.image_id, record, embedding)] as const]
        : [];
    }),
  );
}

/** Returns the digests of the documents below one image, down to and including another; to the end if that is absent. */
async function digestsBetween(
  index: ReconcilePorts['index'],
  tenant: TenantId,
  model: string,
  side: Side,
  above: ImageId | undefined,
  lowest: ImageId | undefined,
): Promise<Map<ImageId, string>> {
  const digests = new Map<ImageId, string>();
  let below = above;
  for (;;) {
    const listed = await index.list(tenant, model, { below, limit: LIST_LIMIT }, side);
    for (const { imageId, digest } of listed)
      if (lowest === undefined || imageId >= lowest) digests.set(imageId, digest);
    below = listed.at(-1)?.imageId;
    if (listed.length < LIST_LIMIT || (below && lowest !== undefined && below <= lowest)) return digests;
  }
}

/**
 * Returns the documents to which no image belongs. An image has its document shortly before its status is `indexed`.
 */
async function withoutImage(
  imageStore: ReconcilePorts['imageStore'],
  tenant: TenantId,
  images: readonly ImageId[],
  wanted: boolean,
): Promise<ImageId[]> {
  if (images.length === 0) return [];
  const records = new Map((await imageStore.getMany(tenant, images)).map((each) => [each.image_id, each]));
  return images.filter((image) => {
    const { status, hidden } = records.get(image) ?? {};
    return !wanted || hidden === true || status === undefined || status === 'purged' || status === 'failed';
  });
}

/** Writes documents, and removes those whose image was purged meanwhile. */
async function write(
  { imageStore, index }: ReconcilePorts,
  tenant: TenantId,
  model: string,
  documents: readonly VectorDocument[],
  only: 'next' | undefined,
): Promise<void> {
  if (documents.length === 0) return;
  const [refused] = await index.upsert(tenant, model, documents, only);
  if (refused) throw new Problem('internal_error', `The index refused ${refused.imageId}: ${refused.reason}`);
  const ids = documents.map(({ imageId }) => imageId);
  const records = await imageStore.getMany(tenant, ids);
  const indexed = new Set(records.filter(isIndexed).map((each) => each.image_id));
  const purged = ids.filter((image) => !indexed.has(image));
  await index.remove(tenant, model, purged, only);
}
