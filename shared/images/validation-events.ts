import { newEvent } from '#shared/contracts/events/new-event.ts';
import type { DeepLensEvent } from '#shared/contracts/events/registry.ts';
import { imageFields, validatedFields } from './image-event-data.ts';
import type { ImageRecord } from './image-record.ts';

/** @param bucket the bucket of the image's bytes */
export const uploadedEvent = (record: ImageRecord, bucket: string): DeepLensEvent =>
  newEvent('images.uploaded', {
    tenant: record.tenant_id,
    subject: record.image_id,
    correlationId: record.correlation_id,
    time: record.uploaded_at ?? record.updated_at,
    data: {
      ...imageFields(record, bucket),
      metadata: record.metadata,
      ...(record.announced_sha256 !== undefined && { announced_sha256: record.announced_sha256 }),
    },
  });

/**
 * @param bucket the bucket of the image's bytes
 * @param embedWith the models that are to embed it
 */
export const validatedEvent = (record: ImageRecord, bucket: string, embedWith: string[]): DeepLensEvent =>
  newEvent('images.validated', {
    tenant: record.tenant_id,
    subject: record.image_id,
    correlationId: record.correlation_id,
    time: record.validated_at ?? record.updated_at,
    data: { ...validatedFields(record, bucket), embed_with: embedWith },
  });
