import type { Blobs } from '#shared/blobs/blobs.ts';
import { objectKeys } from '#shared/blobs/object-keys.ts';
import { type ImageId, newImageId, type TenantId } from '#shared/kernel/ids.ts';
import { IMAGE_LIMITS } from '#shared/kernel/image-limits.ts';
import { canonicalType, isAccepted, unsupported } from '#shared/kernel/media-types.ts';
import type { Metadata } from '#shared/kernel/metadata.ts';
import { Problem } from '#shared/kernel/problems.ts';
import type { ImageRecord } from './image-record.ts';
import type { ImageStore } from './image-store.ts';
import type { Stored } from './quota.ts';
import { hasRoom, quotaExceeded } from './quota.ts';

/** Seconds for which a presigned form is valid. */
const FORM_LIFETIME = 15 * 60;

/** An image that a tenant announces or sends. */
export interface NewImage {
  filename: string;
  contentType: string;
  /** Bytes. */
  size: number;
  externalId?: string | undefined;
  metadata?: Metadata | undefined;
}

export interface PresignedUpload {
  image_id: ImageId;
  status: 'pending_upload';
  url: string;
  fields: Record<string, string>;
  expires_at: string;
}

interface Ports {
  imageStore: ImageStore;
  blobs: Blobs;
  now?: () => Date;
}

/**
 * Reserves quota for an image of `size` bytes within one call; validation decides about admission.
 * @throws Problem `quota_exceeded`
 */
export type ReserveQuota = (size: number) => void;

/** Reads the stored amounts once for a call; each reservation of the call adds to them. */
export const quotaReservation =
  ({ imageStore }: { imageStore: Pick<ImageStore, 'stored'> }) =>
  async (tenant: TenantId, quota: Stored): Promise<ReserveQuota> => {
    let stored = await imageStore.stored(tenant);
    return (size) => {
      if (!hasRoom(stored, size, quota)) throw quotaExceeded(stored, size, quota);
      stored = { images: stored.images + 1, bytes: stored.bytes + size };
    };
  };

/**
 * Creates the record of an announced image and presigns the form to post it with. Checks and reserves quota before the
 * first `await`, so that the images of a call reserve in order.
 * @throws Problem `unsupported_media_type`, `payload_too_large`, `unreadable_image`, `quota_exceeded`
 */
export const requestUpload =
  ({ imageStore, blobs, now = () => new Date() }: Ports) =>
  async (
    tenant: TenantId,
    image: NewImage,
    reserveQuota: ReserveQuota,
    correlationId: string,
  ): Promise<PresignedUpload> => {
    checkAnnounced(image);
    reserveQuota(image.size);
    const record = newRecord(tenant, image, correlationId, now());
    await imageStore.create(record);
    const { url, fields } = await blobs.presignUpload(tenant, objectKeys.incoming(tenant, record.image_id), {
      contentType: image.contentType,
      size: image.size,
      expiresIn: FORM_LIFETIME,
    });
    return {
      image_id: record.image_id,
      status: 'pending_upload',
      url,
      fields,
      expires_at: new Date(now().getTime() + FORM_LIFETIME * 1000).toISOString(),
    };
  };

/**
 * Stores an image sent inside a request: first the record, then the bytes, whose arrival starts validation.
 * @throws Problem `quota_exceeded`
 */
export const addImage =
  ({ imageStore, blobs, now = () => new Date() }: Ports) =>
  async (
    tenant: TenantId,
    image: NewImage,
    bytes: Uint8Array,
    reserveQuota: ReserveQuota,
    correlationId: string,
  ): Promise<{ image_id: ImageId; status: 'uploaded' }> => {
    reserveQuota(bytes.length);
    const record = newRecord(tenant, image, correlationId, now());
    await imageStore.create(record);
    await blobs.put(tenant, objectKeys.incoming(tenant, record.image_id), bytes, image.contentType);
    await imageStore.advance(tenant, record.image_id, 'uploaded', now().toISOString());
    return { image_id: record.image_id, status: 'uploaded' };
  };

function checkAnnounced({ contentType, size }: NewImage): void {
  if (!isAccepted(contentType)) throw unsupported('The file is declared as', canonicalType(contentType));
  if (size === 0) throw new Problem('unreadable_image', 'The image is empty: 0 bytes.');
  if (size > IMAGE_LIMITS.fileBytes)
    throw new Problem(
      'payload_too_large',
      `${size} bytes; an image may have at most ${IMAGE_LIMITS.fileBytes}.`,
    );
}

function newRecord(tenant: TenantId, image: NewImage, correlationId: string, now: Date): ImageRecord {
  const at = now.toISOString();
  return {
    tenant_id: tenant,
    image_id: newImageId(),
    ...(image.externalId !== undefined && { external_id: image.externalId }),
    status: 'pending_upload',
    file_path: image.filename,
    storage_location: 'uploads',
    storage_type: 's3',
    file_size: image.size,
    content_type: image.contentType,
    metadata: image.metadata ?? {},
    models: [],
    correlation_id: correlationId,
    created_at: at,
    updated_at: at,
  };
}
