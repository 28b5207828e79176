import type * as z from 'zod';
import type { Blobs } from '#shared/blobs/blobs.ts';
import type { ImageReply } from '#shared/contracts/http/images.ts';
import type { TenantId } from '#shared/kernel/ids.ts';
import type { ImageRecord } from './image-record.ts';
import { imageReply } from './image-reply.ts';

/** Seconds for which signed URLs in replies are valid. */
const LIFETIME = 15 * 60;

type Reply = z.input<typeof ImageReply>;

/** Converts a record to its API representation; with `expand`, its thumbnails have signed URLs. */
export const expandedReply =
  ({ blobs }: { blobs: Pick<Blobs, 'presignDownload'> }) =>
  async (
    tenant: TenantId,
    record: ImageRecord,
    { baseUrl, expand }: { baseUrl: string; expand?: 'thumbnail_urls' | undefined },
  ): Promise<Reply> => {
    const reply = imageReply(record, baseUrl);
    if (!expand || !record.thumbnails) return reply;
    const expires_at = new Date(Date.now() + LIFETIME * 1000).toISOString();
    const signed = record.thumbnails.map(async ({ key, size, width, height }) => ({
      size,
      url: await blobs.presignDownload(tenant, key, LIFETIME),
      width,
      height,
      expires_at,
    }));
    return { ...reply, thumbnails: await Promise.all(signed) };
  };
