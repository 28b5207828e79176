import type { ImagesIndexedV1 } from '#shared/contracts/events/images-indexed.v1.ts';
import { newEvent } from '#shared/contracts/events/new-event.ts';
import type { ImageId, TenantId } from '#shared/kernel/ids.ts';
import { ACME, manifest, NOW } from '../search/library.ts';

/** Builds the `images.indexed` event of an image. */
export const indexed = (image: ImageId, tenant: TenantId = ACME): ImagesIndexedV1 =>
  newEvent('images.indexed', {
    tenant,
    subject: image,
    correlationId: 'corr-1',
    time: NOW,
    data: {
      image_id: image,
      file_name: 'a.jpg',
      file_path: 'a.jpg',
      storage_location: 'uploads',
      storage_type: 's3',
      object: { bucket: 'pictures', key: `uploads/${tenant}/${image}` },
      file_size: 1000,
      content_type: 'image/jpeg',
      created_at: NOW,
      format: 'jpeg',
      width: 400,
      height: 300,
      hash_sha256: '0'.repeat(64),
      hash_md5: '0'.repeat(32),
      hash_perceptual: '0'.repeat(16),
      exif: {},
      metadata: {},
      thumbnails: [],
      model_picture: { bucket: 'pictures', key: `derived/${tenant}/${image}/input.png` },
      validated_at: NOW,
      models: [manifest.name],
      indexed_at: NOW,
    },
  });
