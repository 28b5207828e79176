import { ulid } from 'ulid';
import type { DuplicateGroup } from '#shared/duplicates/group.ts';
import type { ImageFacts, ImageRecord } from '#shared/images/image-record.ts';
import { type GroupId, groupId, type ImageId, imageId, type TenantId, tenantId } from '#shared/kernel/ids.ts';

let tenants = 0;
/** A tenant that no other test has, so that all can share a table. */
export const newTenant = (): TenantId =>
  tenantId(`tenant-${process.pid}-${++tenants}-${ulid().toLowerCase()}`);

const EPOCH = Date.UTC(2026, 0, 1);
let ticks = 0;
/** Each a second after the last one. */
export const nextTime = (): Date => new Date(EPOCH + ++ticks * 1000);

export function newRecord(tenant: TenantId, over: Partial<ImageRecord> = {}): ImageRecord {
  const time = nextTime();
  return {
    tenant_id: tenant,
    image_id: imageId(`img_${ulid(time.getTime())}`),
    status: 'pending_upload',
    file_path: 'boats.jpg',
    storage_location: 'uploads',
    storage_type: 's3',
    file_size: 1234,
    content_type: 'image/jpeg',
    metadata: { album: 'sea', tags: ['boat', 'harbour'] },
    models: [],
    correlation_id: 'cor-1',
    created_at: time.toISOString(),
    updated_at: time.toISOString(),
    ...over,
  };
}

export const facts = (sha256: string): ImageFacts => ({
  format: 'jpeg',
  width: 640,
  height: 480,
  hash_sha256: sha256,
  hash_md5: '0'.repeat(32),
  hash_perceptual: '0123456789abcdef',
  hash_pixels: '1'.repeat(64),
  exif: { camera: 'Box', gps: { latitude: -1.5, longitude: 130.25 } },
  thumbnails: [{ size: 256, width: 256, height: 192, key: 'derived/t/i/256.webp' }],
});

export const newImage = (): ImageId => imageId(`img_${ulid()}`);
export const newGroup = (): GroupId => groupId(`grp_${ulid(nextTime().getTime())}`);

export const groupWith = (
  tenant: TenantId,
  group: GroupId,
  images: readonly ImageId[],
  version = 0,
): DuplicateGroup => ({
  tenant_id: tenant,
  group_id: group,
  verdict: 'edited_copy',
  confidence: 0.97,
  members: images.map((image_id, i) => ({
    image_id,
    confidence: i === 0 ? 1 : 0.97,
    verdict: 'edited_copy',
    distance: Math.min(i, 2),
  })),
  version,
  created_at: '2026-01-01T00:00:00.000Z',
  updated_at: '2026-01-01T00:00:00.000Z',
});

/** The indexes of the table `images`: docs/data-model.md. */
export const IMAGE_INDEXES = [
  ['by_sha256', 'gsi_sha256', 'image_id'],
  ['by_external_id', 'gsi_external_id', 'image_id'],
  ['by_status', 'gsi_status', 'gsi_status_at'],
  ['by_unsettled', 'gsi_unsettled', 'settle_at'],
] as const;
