import { beforeEach, describe, expect, it } from 'vitest';
import { objectKeys } from '#shared/blobs/object-keys.ts';
import { newGroupId, newImageId, tenantId } from '#shared/kernel/ids.ts';
import { Problem } from '#shared/kernel/problems.ts';
import { deleteImage, purgeImage } from '#shared/purges/purge-image.ts';
import type { SimilarityAnswer } from '#shared/search/answer.ts';
import { announcedImage } from '../../fixtures/image-record.ts';
import { memoryBlobs } from '../../memory/blobs.ts';
import { memoryGroupStore } from '../../memory/group-store.ts';
import { memoryImageStore } from '../../memory/image-store.ts';
import { memorySimilarityCache } from '../../memory/similarity-cache.ts';
import { memoryVectorIndex } from '../../memory/vector-index.ts';

const NOW = '2025-01-02T03:05:00.000Z';
const MODEL = 'lite';
const unit = Float32Array.from([1, 0]);
const embedding = { semantic: unit, copy: unit };
const { tenant_id: tenant, image_id: image, ...announced } = announcedImage();
/** In other sizes than the default settings have. */
const thumbnails = [96, 256].map((size) => ({
  size,
  width: size,
  height: size,
  key: objectKeys.thumbnail(tenant, image, size),
}));
const record = {
  ...announced,
  tenant_id: tenant,
  image_id: image,
  status: 'indexed' as const,
  models: [MODEL],
  thumbnails,
  stored_bytes: 1000,
};
const archived = `events/images.indexed/2025-01-02/${tenant}/${image}.images.indexed.json`;
const keys = [
  objectKeys.incoming(tenant, image),
  objectKeys.upload(tenant, image),
  objectKeys.modelImage(tenant, image),
  ...[96, 256, 1024].map((size) => objectKeys.thumbnail(tenant, image, size)),
  archived,
];
const CACHED_QUERY = { queryHash: 'finds it', libraryVersion: '1' };
const ANSWER: SimilarityAnswer = {
  pictures: [
    {
      image_id: image,
      similarity_score: 1,
      verdict: 'exact',
      reason: { sha256_equal: true, perceptual_distance: 0, copy_score: 1, semantic_score: 1 },
    },
  ],
};
let ports: Awaited<ReturnType<typeof newPorts>>;
beforeEach(async () => {
  ports = await newPorts();
});

/** Ports with one indexed image, which is in a duplicate group. */
async function newPorts() {
  const world = {
    imageStore: memoryImageStore(),
    groups: memoryGroupStore(),
    blobs: memoryBlobs(),
    cache: memorySimilarityCache(() => Date.parse(NOW)),
    index: memoryVectorIndex(),
    now: () => new Date(NOW),
  };
  await world.imageStore.create(record);
  await world.imageStore.putVectors(tenant, image, MODEL, embedding);
  await world.imageStore.noteArchived(tenant, image, archived, new Date('2030-01-01'));
  for (const key of keys) await world.blobs.put(tenant, key, Uint8Array.of(1), 'image/webp');
  await world.index.prepare(MODEL, 2);
  const document = {
    imageId: image,
    ...embedding,
    storageLocation: 'uploads',
    format: 'jpeg',
    createdAt: NOW,
  } as const;
  await world.index.upsert(tenant, MODEL, [{ ...document, metadata: {} }]);
  await world.cache.put(tenant, CACHED_QUERY, ANSWER, new Date('2030-01-01'));
  await world.cache.put(
    tenant,
    { ...CACHED_QUERY, queryHash: 'finds others' },
    { pictures: [] },
    new Date('2030-01-01'),
  );
  const member = { confidence: 1, verdict: 'exact', distance: 0 } as const;
  await world.groups.save({
    tenant_id: tenant,
    group_id: newGroupId(),
    verdict: 'exact',
    confidence: 1,
    members: [image, newImageId()].map((image_id) => ({ image_id, ...member })),
    version: 0,
    created_at: NOW,
    updated_at: NOW,
  });
  return world;
}

const receipt = {
  image_id: image,
  deleted: { objects: 3, thumbnails: 3, vectors: 1, cache_entries: 1, events: 1 },
  completed_at: NOW,
};

async function expectNothingLeft() {
  for (const key of keys) expect(await ports.blobs.size(tenant, key)).toBeUndefined();
  expect(await ports.imageStore.get(tenant, image)).toMatchObject({ status: 'purged', file_path: '' });
  expect(await ports.imageStore.getVectors(tenant, [image], MODEL)).toEqual(new Map());
  expect(await ports.index.count(tenant, MODEL)).toBe(0);
  expect(await ports.cache.naming(tenant, image)).toEqual([]);
  expect(await ports.cache.get(tenant, { ...CACHED_QUERY, queryHash: 'finds others' })).toBeDefined();
  expect(await ports.groups.count(tenant)).toBe(0);
  expect(await ports.imageStore.stored(tenant)).toEqual({ images: 0, bytes: 0 });
}

describe('purging an image', () => {
  it('removes all data derived from it, and issues a receipt', async () => {
    expect(await ports.imageStore.stored(tenant)).toEqual({ images: 1, bytes: 1000 });
    expect(await purgeImage(ports)(tenant, image)).toEqual(receipt);
    await expectNothingLeft();
  });

  it('removes it from the indexes of all models, also of one that its record does not list', async () => {
    await ports.index.prepare('second', 2);
    await ports.imageStore.putVectors(tenant, image, 'second', embedding);
    const rest = { storageLocation: 'uploads', format: 'jpeg', createdAt: NOW, metadata: {} } as const;
    await ports.index.upsert(tenant, 'second', [{ imageId: image, ...embedding, ...rest }]);
    expect((await purgeImage(ports)(tenant, image)).deleted.vectors).toBe(2);
    expect(await ports.index.count(tenant, 'second')).toBe(0);
    await expectNothingLeft();
  });

  it('returns the same receipt when repeated', async () => {
    await purgeImage(ports)(tenant, image);
    expect(await purgeImage({ ...ports, now: () => new Date() })(tenant, image)).toEqual(receipt);
  });

  it.each(['index', 'blobs', 'groups', 'imageStore', 'cache'] as const)(
    'finishes after a failure of the %s, and counts everything',
    async (port) => {
      const fail = async () => {
        throw new Problem('dependency_unavailable', 'not now');
      };
      const broken = {
        ...ports,
        index: { ...ports.index, ...(port === 'index' && { remove: fail }) },
        blobs: { ...ports.blobs, ...(port === 'blobs' && { remove: fail }) },
        groups: { ...ports.groups, ...(port === 'groups' && { save: fail }) },
        imageStore: { ...ports.imageStore, ...(port === 'imageStore' && { removeVectors: fail }) },
        cache: { ...ports.cache, ...(port === 'cache' && { remove: fail }) },
      };
      await expect(purgeImage(broken)(tenant, image)).rejects.toMatchObject({
        code: 'dependency_unavailable',
      });
      expect(await ports.imageStore.get(tenant, image)).toMatchObject({ status: 'purged' });
      expect(await purgeImage(ports)(tenant, image)).toEqual(receipt);
      await expectNothingLeft();
    },
  );

  it('finishes an interrupted purge when the image is deleted again, and says that it is gone', async () => {
    const blobs = {
      ...ports.blobs,
      remove: async () => {
        throw new Problem('dependency_unavailable', 'not now');
      },
    };
    await expect(deleteImage({ ...ports, blobs })(tenant, image)).rejects.toMatchObject({
      code: 'dependency_unavailable',
    });
    await expect(deleteImage(ports)(tenant, image)).rejects.toMatchObject({ code: 'purged' });
    await expectNothingLeft();
  });

  it('removes thumbnails that a concurrent validation added', async () => {
    const late = announcedImage({ status: 'uploaded' });
    const key = objectKeys.thumbnail(tenant, late.image_id, 64);
    await ports.imageStore.create(late);
    const markPurged: typeof ports.imageStore.markPurged = async (...args) => {
      await ports.blobs.put(tenant, key, Uint8Array.of(1), 'image/webp');
      const change = { file_size: 1, thumbnails: [{ size: 64, width: 64, height: 64, key }] };
      await ports.imageStore.admit(tenant, late.image_id, NOW, change, { images: 9, bytes: 9999 });
      return ports.imageStore.markPurged(...args);
    };
    await purgeImage({ ...ports, imageStore: { ...ports.imageStore, markPurged } })(tenant, late.image_id);
    expect(await ports.blobs.size(tenant, key)).toBeUndefined();
    expect(await ports.imageStore.stored(tenant)).toEqual({ images: 1, bytes: 1000 });
  });

  it('does not find an unknown image, or another tenant’s', async () => {
    await expect(purgeImage(ports)(tenant, newImageId())).rejects.toMatchObject({ code: 'not_found' });
    await expect(purgeImage(ports)(tenantId('other'), image)).rejects.toMatchObject({ code: 'not_found' });
    expect(await ports.blobs.size(tenant, keys[0] ?? '')).toBe(1);
  });
});
