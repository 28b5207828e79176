import type { z } from 'zod';
import type { ImageReply, listImages } from '#shared/contracts/http/images.ts';
import type { ImageRecord } from './image-record.ts';

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
    reserved_bytes,
    stored_bytes,
    thumbnails,
    ...reply
  } = record;
  return { ...reply, ...(thumbnails?.length && { thumbnail_url: thumbnailUrl(baseUrl, record.image_id) }) };
}

/** Converts the query of `GET /images` to a store query. */
export const imageQuery = ({
  status,
  external_id,
  cursor,
  limit,
}: z.output<NonNullable<typeof listImages.query>>) => ({
  limit,
  ...(status && { status }),
  ...(external_id && { externalId: external_id }),
  ...(cursor && { cursor }),
});

export const imagesReply = (
  { items, nextCursor }: { items: readonly ImageRecord[]; nextCursor?: string },
  baseUrl: string,
): z.input<typeof listImages.reply.schema> => ({
  images: items.map((record) => imageReply(record, baseUrl)),
  ...(nextCursor && { next_cursor: nextCursor }),
});
