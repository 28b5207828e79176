import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { dynamoImageStore } from '#shared/images/dynamodb-image-store.ts';
import type { ImageStore } from '#shared/images/image-store.ts';
import type { ImageId, TenantId } from '#shared/kernel/ids.ts';
import { memoryImageStore } from '../../memory/image-store.ts';
import { newTable } from '../emulator.ts';
import { facts, IMAGE_INDEXES, newImage, newRecord, newTenant } from '../samples.ts';

const at = '2026-02-01T00:00:00.000Z';
const ROOM = { images: 1e6, bytes: 1e12 };

describe.each([
  ['memory', async () => memoryImageStore()],
  ['DynamoDB', async () => dynamoImageStore(await newTable('images', IMAGE_INDEXES))],
])('the version of a library in %s', (_, open) => {
  let images: ImageStore;
  let tenant: TenantId;
  beforeAll(async () => {
    images = await open();
  });
  beforeEach(() => {
    tenant = newTenant();
  });
  const create = async (): Promise<ImageId> => {
    const record = newRecord(tenant);
    await images.create(record);
    return record.image_id;
  };
  /** Returns true if the version changes. */
  const changes = async (run: () => Promise<unknown>): Promise<boolean> => {
    const before = await images.libraryVersion(tenant);
    await run();
    return (await images.libraryVersion(tenant)) !== before;
  };

  it('changes when an image becomes searchable, and on no step before', async () => {
    const image = await create();
    const steps = async () => {
      await images.advance(tenant, image, 'uploaded', at);
      await images.admit(tenant, image, at, { ...facts('a'.repeat(64)), file_size: 9 }, ROOM);
      await images.advance(tenant, image, 'processed', at);
    };
    expect(await changes(steps)).toBe(false);
    const index = () => images.advance(tenant, image, 'indexed', at, { models: ['lite'] });
    expect(await changes(index)).toBe(true);
    expect(await images.get(tenant, image)).toMatchObject({ status: 'indexed', models: ['lite'] });
    expect(await changes(index)).toBe(false);
    expect(await changes(() => images.advance(tenant, newImage(), 'indexed', at))).toBe(false);
  });

  it('changes when an image is purged, once', async () => {
    const image = await create();
    await images.advance(tenant, image, 'indexed', at);
    const purge = () => images.markPurged(tenant, image, at);
    expect(await changes(purge)).toBe(true);
    expect(await changes(purge)).toBe(false);
    expect(await changes(() => images.advance(tenant, image, 'indexed', at))).toBe(false);
  });

  it('changes again when the vectors of a purged image are removed: until then it took a place in the index', async () => {
    const image = await create();
    await images.advance(tenant, image, 'indexed', at);
    await images.markPurged(tenant, image, at);
    expect(await changes(() => images.removeVectors(tenant, image))).toBe(true);
  });

  it('begins without images, and stores nothing for a tenant that is gone', async () => {
    const before = await images.libraryVersion(tenant);
    expect(await changes(() => images.removeVectors(tenant, newImage()))).toBe(false);
    expect(before).toBe(await images.libraryVersion(newTenant()));
  });

  it('never returns to an earlier value', async () => {
    const seen = new Set([await images.libraryVersion(tenant)]);
    for (let round = 0; round < 12; round++) {
      const image = await create();
      await images.advance(tenant, image, 'indexed', at);
      seen.add(await images.libraryVersion(tenant));
      await images.markPurged(tenant, image, at);
      seen.add(await images.libraryVersion(tenant));
    }
    expect(seen.size).toBe(25);
  });

  it('is separate for each tenant, and counts each of many concurrent changes', async () => {
    const other = newTenant();
    const before = await images.libraryVersion(other);
    const ids = await Promise.all(Array.from({ length: 40 }, create));
    const steps = await Promise.all(ids.map((id) => images.advance(tenant, id, 'indexed', at)));
    expect(steps.every((step) => step?.moved)).toBe(true);
    expect(await images.libraryVersion(other)).toBe(before);
    const sum = (await images.libraryVersion(tenant))
      .split(' ')
      .reduce((total, each) => total + Number(each.split(':').at(-1)), 0);
    expect(sum).toBe(40);
  });
});
