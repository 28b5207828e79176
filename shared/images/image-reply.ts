import type { z } from 'zod';
import type { ImageReply, listImages } from '#shared/contracts/http/images.ts';
import type { ImageRecord } from './image-record.ts';

/** @param baseUrl where the API's own links begin, `https://host/stage` */
export const thumbnailUrl = (baseUrl: string, image: string): string => `${baseUrl}/v1/thumbnails/${image}`;

/** A record as the API tells it: what serves only ourselves stays behind. */
export function imageReply(record: ImageRecord, baseUrl: string): z.input<typeof ImageReply> {
  const { tenant_id, content_type, correlation_id, hash_pixels, stored_bytes, thumbnails, ...told } = record;
  return { ...told, ...(thumbnails?.length && { thumbnail_url: thumbnailUrl(baseUrl, record.image_id) }) };
}

/** What the query of a list asks the catalog for. */
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
