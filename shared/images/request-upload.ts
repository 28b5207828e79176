import type { Blobs } from '#shared/blobs/blobs.ts';
import { objectKeys } from '#shared/blobs/object-keys.ts';
import { type ImageId, newImageId, type TenantId } from '#shared/kernel/ids.ts';
import { IMAGE_LIMITS } from '#shared/kernel/image-limits.ts';
import type { Metadata } from '#shared/kernel/metadata.ts';
import { Problem } from '#shared/kernel/problems.ts';
import { MEDIA_TYPES } from '#shared/kernel/vocabulary.ts';
import type { ImageRecord } from './image-record.ts';
import type { ImageStore } from './image-store.ts';
import type { Stored } from './quota.ts';
import { hasRoom, quotaExceeded } from './quota.ts';

/** How long a presigned form can be used, in seconds. */
const FORM_LIFETIME = 15 * 60;

/** A picture that a tenant announces or brings. */
export interface NewPicture {
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
 * Takes room for a picture of that many bytes, as far as this call can tell: what is admitted is decided by validation.
 * @throws Problem `quota_exceeded`
 */
export type TakeRoom = (size: number) => void;

/** The room that a tenant has left when a call begins; each picture of the call takes of it. */
export const roomFor =
  ({ imageStore }: { imageStore: Pick<ImageStore, 'stored'> }) =>
  async (tenant: TenantId, quota: Stored): Promise<TakeRoom> => {
    let stored = await imageStore.stored(tenant);
    return (size) => {
      if (!hasRoom(stored, size, quota)) throw quotaExceeded(stored, size, quota);
      stored = { images: stored.images + 1, bytes: stored.bytes + size };
    };
  };

/**
 * Announces a picture and gives the form to post it with. Whether it can be accepted is decided before the first pause,
 * so that pictures that are announced in order take the room in order.
 * @throws Problem where it cannot: `unsupported_media_type`, `payload_too_large`, `unreadable_image`, `quota_exceeded`
 */
export const requestUpload =
  ({ imageStore, blobs, now = () => new Date() }: Ports) =>
  async (
    tenant: TenantId,
    picture: NewPicture,
    takeRoom: TakeRoom,
    correlationId: string,
  ): Promise<PresignedUpload> => {
    checkAnnounced(picture);
    takeRoom(picture.size);
    const record = newRecord(tenant, picture, correlationId, now());
    await imageStore.create(record);
    const { url, fields } = await blobs.presignUpload(tenant, objectKeys.upload(tenant, record.image_id), {
      contentType: picture.contentType,
      size: picture.size,
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
 * Takes a picture that came inside a request: the record first, then the bytes, whose arrival starts validation.
 * @throws Problem `quota_exceeded`
 */
export const addImage =
  ({ imageStore, blobs, now = () => new Date() }: Ports) =>
  async (
    tenant: TenantId,
    picture: NewPicture,
    bytes: Uint8Array,
    takeRoom: TakeRoom,
    correlationId: string,
  ): Promise<{ image_id: ImageId; status: 'uploaded' }> => {
    takeRoom(bytes.length);
    const record = newRecord(tenant, picture, correlationId, now());
    await imageStore.create(record);
    await blobs.put(tenant, objectKeys.upload(tenant, record.image_id), bytes, picture.contentType);
    await imageStore.advance(tenant, record.image_id, 'uploaded', now().toISOString());
    return { image_id: record.image_id, status: 'uploaded' };
  };

function checkAnnounced({ contentType, size }: NewPicture): void {
  if (!MEDIA_TYPES.includes(mediaType(contentType)))
    throw new Problem(
      'unsupported_media_type',
      `${contentType} is not a kind of picture that is read here. Send one of ${MEDIA_TYPES.join(', ')}.`,
    );
  if (size === 0) throw new Problem('unreadable_image', 'The picture is empty: 0 bytes.');
  if (size > IMAGE_LIMITS.fileBytes)
    throw new Problem(
      'payload_too_large',
      `${size} bytes; a picture may have ${IMAGE_LIMITS.fileBytes} at most.`,
    );
}

/** `image/jpg` is what many programs call `image/jpeg`, and `image/heif` is HEIC's family name. */
function mediaType(contentType: string): string {
  const type = contentType.toLowerCase();
  if (type === 'image/jpg') return 'image/jpeg';
  return type === 'image/heif' ? 'image/heic' : type;
}

function newRecord(tenant: TenantId, picture: NewPicture, correlationId: string, now: Date): ImageRecord {
  const at = now.toISOString();
  return {
    tenant_id: tenant,
    image_id: newImageId(),
    ...(picture.externalId !== undefined && { external_id: picture.externalId }),
    status: 'pending_upload',
    file_path: picture.filename,
    storage_location: 'uploads',
    storage_type: 's3',
    file_size: picture.size,
    content_type: picture.contentType,
    metadata: picture.metadata ?? {},
    models: [],
    correlation_id: correlationId,
    created_at: at,
    updated_at: at,
  };
}
