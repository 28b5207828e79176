import type { z } from 'zod';
import type { ImageRecord } from '#shared/domain/image.ts';
import type { ImageReply } from './images.ts';

/** @param baseUrl where the API's own links begin, `https://host/stage` */
export const thumbnailUrl = (baseUrl: string, image: string): string =>
  `${baseUrl}/v1/thumbnails/${image}?size=256`;

/** A record as the API tells it: what serves only ourselves stays behind. */
export function imageReply(record: ImageRecord, baseUrl: string): z.input<typeof ImageReply> {
  const { tenant_id, content_type, correlation_id, hash_pixels, thumbnails, ...told } = record;
  return { ...told, ...(thumbnails?.length && { thumbnail_url: thumbnailUrl(baseUrl, record.image_id) }) };
}
