import type { ImagesValidatedV1 } from '#shared/contracts/events/images-validated.v1.ts';
import { newEvent } from '#shared/contracts/events/new-event.ts';
import { newImageId, tenantId } from '#shared/kernel/ids.ts';

export const TENANT = tenantId('acme');

/** A valid `images.validated` event of a new image. */
export function validatedEvent(tenant = TENANT): ImagesValidatedV1 {
  const image = newImageId();
  const at = '2026-03-01T12:00:00.000Z';
  return newEvent('images.validated', {
    tenant,
    subject: image,
    correlationId: `corr-${image}`,
    time: at,
    data: {
      image_id: image,
      file_name: 'boat.jpg',
      file_path: 'boat.jpg',
      storage_location: 'uploads',
      storage_type: 's3',
      object: { bucket: 'pictures', key: `uploads/${tenant}/${image}` },
      file_size: 1000,
      content_type: 'image/jpeg',
      created_at: at,
      format: 'jpeg',
      width: 640,
      height: 480,
      hash_sha256: 'a'.repeat(64),
      hash_md5: 'b'.repeat(32),
      hash_perceptual: 'c'.repeat(16),
      exif: {},
      metadata: {},
      thumbnails: [],
      model_picture: { bucket: 'pictures', key: `derived/${tenant}/${image}/input.png` },
      validated_at: at,
    },
  });
}
