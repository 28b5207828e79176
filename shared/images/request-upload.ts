import type { Blobs } from '#shared/blobs/blobs.ts';
import { objectKeys } from '#shared/blobs/object-keys.ts';
import { type ImageId, newImageId, type TenantId } from '#shared/kernel/ids.ts';
import type { Metadata } from '#shared/kernel/metadata.ts';
import { Problem } from '#shared/kernel/problems.ts';
import { traced } from '#shared/messaging/traceparent.ts';
import { externalIdTaken } from './external-ids.ts';
import { type ImageRecord, UPLOADS } from './image-record.ts';
import type { ImageStore } from './image-store.ts';
import type { Stored } from './quota.ts';
import { quotaExceeded } from './quota.ts';

/** Seconds for which a presigned form is valid. */
const FORM_LIFETIME = 15 * 60;

/** An image that a tenant announces or sends. */
export interface NewImage {
  filename: string;
  contentType: string;
  /** Bytes. */
  size: number;
  /** The checksum that the file must have, in lower-case hex. */
  sha256?: string | undefined;
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
  imageStore: Pick<ImageStore, 'announce' | 'quotaUse' | 'advance'>;
  blobs: Pick<Blobs, 'presignUpload' | 'put'>;
  now?: () => Date;
}

/**
 * Creates the records of announced images, reserves their quota, and presigns the forms to post them with.
 * @param images each an image, or the problem that the caller found with it
 * @returns a form for each, or its problem: the caller's, `conflict`, or `quota_exceeded`; the earlier images have precedence
 */
export const requestUploads =
  ({ imageStore, blobs, now = () => new Date() }: Ports) =>
  async (
    tenant: TenantId,
    images: readonly (NewImage | Problem)[],
    quota: Stored,
    correlationId: string,
  ): Promise<(PresignedUpload | Problem)[]> => {
    const records = images.map((image) =>
      image instanceof Problem ? image : newRecord(tenant, image, correlationId, now()),
    );
    const valid = records.filter((record) => !(record instanceof Problem));
    const { announced, taken } = await imageStore.announce(tenant, valid, quota);
    const ids = new Set(announced.map(({ image_id }) => image_id));
    const use = ids.size + taken.size < valid.length ? await imageStore.quotaUse(tenant) : undefined;
    const expiresAt = new Date(now().getTime() + FORM_LIFETIME * 1000).toISOString();
    return Promise.all(
      records.map(async (record) => {
        if (record instanceof Problem) return record;
        const { image_id, content_type: contentType, file_size: size, external_id } = record;
        const owner = taken.get(image_id);
        if (owner && external_id !== undefined) return externalIdTaken(external_id, owner);
        if (use && !ids.has(image_id)) return quotaExceeded(use, size, quota);
        const conditions = { contentType, size, sha256: record.announced_sha256, expiresIn: FORM_LIFETIME };
        const key = objectKeys.incoming(tenant, image_id);
        const { url, fields } = await blobs.presignUpload(tenant, key, conditions);
        return { image_id, status: 'pending_upload' as const, url, fields, expires_at: expiresAt };
      }),
    );
  };

/**
 * Stores an image sent inside a request: first the record, then the bytes, whose arrival starts validation.
 * @throws Problem `quota_exceeded`; `conflict` if another image has the external id
 */
export const addImage =
  ({ imageStore, blobs, now = () => new Date() }: Ports) =>
  async (
    tenant: TenantId,
    image: NewImage,
    bytes: Uint8Array,
    quota: Stored,
    correlationId: string,
  ): Promise<{ image_id: ImageId; status: 'uploaded' }> => {
    const record = newRecord(tenant, { ...image, size: bytes.length }, correlationId, now());
    const { announced, taken } = await imageStore.announce(tenant, [record], quota);
    const owner = taken.get(record.image_id);
    if (owner) throw externalIdTaken(image.externalId ?? '', owner);
    if (announced.length === 0) throw quotaExceeded(await imageStore.quotaUse(tenant), bytes.length, quota);
    await blobs.put(tenant, objectKeys.incoming(tenant, record.image_id), bytes, image.contentType);
    await imageStore.advance(tenant, record.image_id, 'uploaded', now().toISOString());
    return { image_id: record.image_id, status: 'uploaded' };
  };

function newRecord(tenant: TenantId, image: NewImage, correlationId: string, now: Date): ImageRecord {
  const at = now.toISOString();
  return {
    tenant_id: tenant,
    image_id: newImageId(),
    ...(image.externalId !== undefined && { external_id: image.externalId }),
    status: 'pending_upload',
    file_path: image.filename,
    storage_location: UPLOADS,
    storage_type: 's3',
    file_size: image.size,
    content_type: image.contentType,
    ...(image.sha256 !== undefined && { announced_sha256: image.sha256 }),
    metadata: image.metadata ?? {},
    models: [],
    correlation_id: correlationId,
    ...traced({}),
    created_at: at,
    updated_at: at,
  };
}
