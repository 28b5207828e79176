import type * as z from 'zod';
import type { ImageReply, listImages } from '#shared/contracts/http/images.ts';
import { imageId, type TenantId } from '#shared/kernel/ids.ts';
import type { Page } from '#shared/kernel/page.ts';
import { passes } from './image-filter.ts';
import type { ImageRecord } from './image-record.ts';
import type { ImageFilter, ImageStore } from './image-store.ts';

/** @param baseUrl `https://host/stage` */
export const thumbnailUrl = (baseUrl: string, image: string): string => `${baseUrl}/v1/thumbnails/${image}`;

/** Converts a record to its API representation, without internal fields. */
export function imageReply(record: ImageRecord, baseUrl: string): z.input<typeof ImageReply> {
  const {
    tenant_id,
    announced_sha256,
    content_type,
    correlation_id,
    hash_pixels,
    hidden,
    reserved_bytes,
    stored_bytes,
    traceparent,
    undetected,
    thumbnails,
    ...reply
  } = record;
  return { ...reply, ...(thumbnails?.length && { thumbnail_url: thumbnailUrl(baseUrl, record.image_id) }) };
}

type ListQuery = z.output<NonNullable<typeof listImages.query>>;

/** Converts the query of `GET /images` to a filter. */
const imageFilter = (query: ListQuery): ImageFilter => {
  const { status, external_id, storage_id, failure_stage, failure_code, created_after, created_before } =
    query;
  const exactly = (time: string) => new Date(time).toISOString(); // as records have it
  return {
    ...(status && { status }),
    ...(external_id !== undefined && { externalId: external_id }),
    ...(storage_id !== undefined && { storageLocation: storage_id }),
    ...(failure_stage && { failureStage: failure_stage }),
    ...(failure_code && { failureCode: failure_code }),
    ...(created_after !== undefined && { createdAfter: exactly(created_after) }),
    ...(created_before !== undefined && { createdBefore: exactly(created_before) }),
  };
};

/** Lists images by a query of `GET /images`: a page of all, or those with its `ids`. */
export const findImages =
  ({ imageStore }: { imageStore: Pick<ImageStore, 'list' | 'getMany'> }) =>
  async (tenant: TenantId, query: ListQuery): Promise<Page<ImageRecord>> => {
    const { ids, cursor, limit, sort } = query;
    const filter = imageFilter(query);
    if (ids) {
      const records = await imageStore.getMany(tenant, [...new Set(ids)].map(imageId));
      return { items: records.filter((record) => passes(filter, record)) };
    }
    const page = { limit, ...(cursor !== undefined && { cursor }) };
    return imageStore.list(tenant, { ...filter, ...page, ascending: sort === 'created_at' });
  };
