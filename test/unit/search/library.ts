import type { Embedder, Embedding } from '#shared/embedding/embedder.ts';
import type { InstalledModels } from '#shared/embedding/installed-models.ts';
import { loadManifest } from '#shared/embedding/load-manifest.ts';
import type { ImageRecord } from '#shared/images/image-record.ts';
import { sharpImaging } from '#shared/imaging/sharp-imaging.ts';
import { type ImageId, newImageId, type TenantId, tenantId } from '#shared/kernel/ids.ts';
import type { Tenant } from '#shared/tenants/tenant.ts';
import { tenantNamed } from '../../fixtures/tenant.ts';
import { memoryBlobs } from '../../memory/blobs.ts';
import { memoryGroupStore } from '../../memory/group-store.ts';
import { memoryImageStore } from '../../memory/image-store.ts';
import { memoryPublisher } from '../../memory/publisher.ts';
import { memoryVectorIndex } from '../../memory/vector-index.ts';

export const ACME = tenantId('acme');
export const OTHER = tenantId('other');
export const manifest = await loadManifest('models', 'deeplens-lite-v1');

const DIMENSION = 256;
export const NOW = '2026-03-01T12:00:00.000Z';

/** A unit vector at this cosine from the first axis, vectorAt towards an axis of its own. */
export function vectorAt(cosine: number, axis = 1): Float32Array {
  const vector = new Float32Array(DIMENSION);
  vector[0] = cosine;
  vector[axis] = Math.sqrt(1 - cosine ** 2);
  return vector;
}

/** An embedding whose vectors have these cosines with the first axis. */
export const embeddingAt = (copy: number, semantic: number, axis = 1): Embedding => ({
  copy: vectorAt(copy, axis),
  semantic: vectorAt(semantic, axis),
});

/** Distinct local descriptors, so that an image aligns with itself; another seed gives unrelated ones. */
export function randomDescriptors(seed: number): Int8Array {
  let state = seed;
  return Int8Array.from({ length: 14 * 14 * 64 }, () => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff;
    return ((state >> 16) % 64) - 32;
  });
}

const digest = (text: string): string => text.padStart(64, '0').slice(-64);

/** Installed models that are all this one. */
export const installedOnly = (embedder: Embedder): Pick<InstalledModels, 'embedder'> => ({
  embedder: async () => embedder,
});

/** An empty library in memory, with a function that adds indexed images. */
export async function library() {
  const imageStore = memoryImageStore();
  const index = memoryVectorIndex();
  await index.prepare(manifest.name, DIMENSION);

  async function add(
    embedding: Embedding,
    change: Partial<ImageRecord> = {},
    tenant: TenantId = ACME,
  ): Promise<ImageId> {
    const image = newImageId();
    const record: ImageRecord = {
      tenant_id: tenant,
      image_id: image,
      status: 'indexed',
      file_path: `images/${image}.jpg`,
      storage_location: 'uploads',
      storage_type: 's3',
      file_size: 1000,
      content_type: 'image/jpeg',
      metadata: {},
      models: [manifest.name],
      correlation_id: 'test',
      created_at: NOW,
      updated_at: NOW,
      uploaded_at: NOW,
      format: 'jpeg',
      width: 400,
      height: 300,
      hash_sha256: digest(image.slice(4).toLowerCase()),
      hash_md5: '0'.repeat(32),
      hash_perceptual: '0123456789abcdef',
      hash_pixels: digest(`b${image.slice(4).toLowerCase()}`),
      exif: {},
      thumbnails: [],
      ...change,
    };
    await imageStore.create(record);
    await imageStore.putVectors(tenant, image, manifest.name, embedding);
    await index.upsert(tenant, manifest.name, [
      {
        imageId: image,
        storageLocation: record.storage_location,
        format: record.format ?? 'jpeg',
        createdAt: record.created_at,
        metadata: record.metadata,
        semantic: embedding.semantic,
        copy: embedding.copy,
      },
    ]);
    return image;
  }

  return {
    ...{ imageStore, index, blobs: memoryBlobs(), imaging: sharpImaging() },
    ...{ groups: memoryGroupStore(), publisher: memoryPublisher(), add },
    tenants: { get: async (tenant: TenantId): Promise<Tenant | undefined> => tenantNamed(tenant) },
    manifests: [manifest] as const,
  };
}
