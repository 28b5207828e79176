import type { ImagesProcessedV1 } from '#shared/contracts/events/images-processed.v1.ts';
import { newEvent } from '#shared/contracts/events/new-event.ts';
import { encodeEmbedding } from '#shared/embedding/wire.ts';
import type { ImageRecord } from '#shared/images/image-record.ts';
import type { IndexPorts } from '#shared/images/index-image.ts';
import { type ImageId, newImageId, type TenantId } from '#shared/kernel/ids.ts';
import { memoryImageStore } from '../../memory/image-store.ts';
import { memoryPublisher } from '../../memory/publisher.ts';
import { memoryVectorIndex } from '../../memory/vector-index.ts';
import { indexed } from '../duplicates/events.ts';
import { ACME, embeddingAt, manifest, NOW, vectorAt } from '../search/library.ts';

export const MODEL = manifest.name;
export const LATER = '2026-03-01T12:00:05.000Z';
export const PURGED = '2026-03-01T12:00:04.000Z';

export function setUp() {
  const imageStore = memoryImageStore();
  const index = memoryVectorIndex();
  const publisher = memoryPublisher();
  const ports: IndexPorts = { imageStore, index, publisher, now: () => new Date(LATER) };
  return { imageStore, index, publisher, ports };
}

export async function validated(
  { imageStore }: ReturnType<typeof setUp>,
  tenant: TenantId = ACME,
  status: ImageRecord['status'] = 'validated',
): Promise<ImagesProcessedV1> {
  const image = newImageId();
  await imageStore.create({
    tenant_id: tenant,
    image_id: image,
    status,
    file_path: 'a.jpg',
    storage_location: 'uploads',
    storage_type: 's3',
    file_size: 1000,
    content_type: 'image/jpeg',
    metadata: {},
    models: [],
    correlation_id: 'corr-1',
    created_at: NOW,
    updated_at: NOW,
  });
  return processed(image, tenant);
}

export function processed(image: ImageId, tenant: TenantId = ACME): ImagesProcessedV1 {
  const { models, indexed_at, ...fields } = indexed(image, tenant).data;
  return newEvent('images.processed', {
    tenant,
    subject: image,
    correlationId: 'corr-1',
    time: NOW,
    data: { ...fields, embeddings: [encodeEmbedding(MODEL, embeddingAt(1, 1))], processed_at: NOW },
  });
}
export const imageOf = (event: ImagesProcessedV1) => event.data.image_id as ImageId; // made by newImageId above
export const found = async ({ index }: ReturnType<typeof setUp>, tenant = ACME) =>
  (await index.search(tenant, MODEL, { semantic: vectorAt(1), copy: vectorAt(1), k: 50 }))
    .map(({ imageId }) => imageId)
    .sort();
