import type { ImageRecord } from '#shared/images/image-record.ts';
import type { ImageStore } from '#shared/images/image-store.ts';
import { isIndexed } from '#shared/images/indexed-image.ts';
import { vectorDocument } from '#shared/images/vector-document.ts';
import type { ImageId, TenantId } from '#shared/kernel/ids.ts';
import { Problem } from '#shared/kernel/problems.ts';
import { documentDigest } from '#shared/vector-index/document-digest.ts';
import type { Side, VectorDocument, VectorIndex } from '#shared/vector-index/vector-index.ts';

export interface ComparePorts {
  imageStore: Pick<ImageStore, 'list' | 'getMany' | 'getVectors'>;
  index: Pick<VectorIndex, 'list' | 'upsert' | 'remove'>;
}

/** What is compared, and what becomes of the differences. */
export interface Comparison {
  model: string;
  side: Side;
  /** Whether the tenant has the model: of one that it does not have, no document is right. */
  wanted: boolean;
  /** Whether what is wrong is put right. */
  mend: boolean;
}

/** A page of the catalog, from the newest picture on. */
export interface PagePlace {
  cursor?: string | undefined;
  /** The last picture of the page before. */
  above?: ImageId | undefined;
}

/** How many pictures of a page are of which kind. */
export interface Differences {
  pictures: number;
  /** Not in the index. */
  missing: number;
  /** In the index, and no picture that is indexed. */
  extra: number;
  /** In the index as something else than the catalog says. */
  stale: number;
  /** Indexed, and never embedded with this model. */
  unembedded: number;
}

/** Pictures of one page: their vectors by a model of 1 024 dimensions are 2 MB. */
const PAGE = 100;
/** Documents that are listed at once. */
const LISTED = 1_000;

/**
 * Compares a page of the catalog, which is the truth, with what the index holds between its first picture and its last.
 * Writes that go on meanwhile are not mistaken for differences: what the page does not know is looked up before it is
 * removed, and what was purged while it was written is removed again.
 * @returns where the next page begins; none after the last
 */
export const comparePage =
  (ports: ComparePorts) =>
  async (
    tenant: TenantId,
    { model, side, wanted, mend }: Comparison,
    { cursor, above }: PagePlace,
  ): Promise<{ found: Differences; records: readonly ImageRecord[]; next: PagePlace | undefined }> => {
    const { imageStore, index } = ports;
    const page = await imageStore.list(tenant, { limit: PAGE, ...(cursor !== undefined && { cursor }) });
    const last = page.items.at(-1)?.image_id;
    const next = page.nextCursor === undefined ? undefined : { cursor: page.nextCursor, above: last };
    const right = wanted ? await documentsOf(ports, tenant, model, page.items) : new Map();
    const present = await digestsBetween(index, tenant, model, side, above, next && last);

    const missing = [...right.values()].filter(({ imageId }) => !present.has(imageId));
    const stale = [...right.values()].filter(
      (document) =>
        present.has(document.imageId) && present.get(document.imageId) !== documentDigest(document),
    );
    const unknown = [...present.keys()].filter((image) => !right.has(image));
    const extra = await withoutPicture(imageStore, tenant, unknown, wanted);
    const unembedded = wanted
      ? page.items.filter((each) => isIndexed(each) && !right.has(each.image_id))
      : [];
    if (mend) {
      const only = side === 'next' ? 'next' : undefined;
      await write(ports, tenant, model, [...missing, ...stale], only);
      await index.remove(tenant, model, extra, only);
    }
    return {
      found: {
        pictures: right.size,
        missing: missing.length,
        extra: extra.length,
        stale: stale.length,
        unembedded: unembedded.length,
      },
      records: page.items,
      next,
    };
  };

/** What the index should hold of these pictures. */
async function documentsOf(
  { imageStore }: ComparePorts,
  tenant: TenantId,
  model: string,
  records: readonly ImageRecord[],
): Promise<Map<ImageId, VectorDocument>> {
  const indexed = records.filter(isIndexed);
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

/** The documents below one picture, down to another one and with it; to the end where that is absent. */
async function digestsBetween(
  index: ComparePorts['index'],
  tenant: TenantId,
  model: string,
  side: Side,
  above: ImageId | undefined,
  lowest: ImageId | undefined,
): Promise<Map<ImageId, string>> {
  const found = new Map<ImageId, string>();
  let below = above;
  for (;;) {
    const listed = await index.list(tenant, model, { below, limit: LISTED }, side);
    for (const { imageId, digest } of listed)
      if (lowest === undefined || imageId >= lowest) found.set(imageId, digest);
    below = listed.at(-1)?.imageId;
    if (listed.length < LISTED || (below && lowest !== undefined && below <= lowest)) return found;
  }
}

/**
 * Of documents that the page does not know, those that no picture belongs to. A picture on its way has its document
 * before it is indexed.
 */
async function withoutPicture(
  imageStore: ComparePorts['imageStore'],
  tenant: TenantId,
  images: readonly ImageId[],
  wanted: boolean,
): Promise<ImageId[]> {
  if (images.length === 0) return [];
  const records = new Map((await imageStore.getMany(tenant, images)).map((each) => [each.image_id, each]));
  return images.filter((image) => {
    const status = records.get(image)?.status;
    return !wanted || status === undefined || status === 'purged' || status === 'failed';
  });
}

/** What is purged while it is written does not stay. */
async function write(
  { imageStore, index }: ComparePorts,
  tenant: TenantId,
  model: string,
  documents: readonly VectorDocument[],
  only: 'next' | undefined,
): Promise<void> {
  if (documents.length === 0) return;
  const [refused] = await index.upsert(tenant, model, documents, only);
  if (refused) throw new Problem('internal_error', `The index refused ${refused.imageId}: ${refused.reason}`);
  const ids = documents.map(({ imageId }) => imageId);
  const kept = new Set(
    (await imageStore.getMany(tenant, ids)).filter(isIndexed).map((each) => each.image_id),
  );
  const gone = ids.filter((image) => !kept.has(image));
  await index.remove(tenant, model, gone, only);
}
