import { expect, it } from 'vitest';
import { objectKeys } from '#shared/blobs/object-keys.ts';
import { ImageReply } from '#shared/contracts/http/images.ts';
import { expandedReply } from '#shared/images/sign-thumbnails.ts';
import { announcedImage } from '../../fixtures/image-record.ts';
import { memoryBlobs } from '../../memory/blobs.ts';

const bare = announcedImage();
const { tenant_id: tenant, image_id: image } = bare;
const key = objectKeys.thumbnail(tenant, image, 256);
const record = { ...bare, thumbnails: [{ size: 256, width: 256, height: 192, key }] };
const baseUrl = 'https://api.example.com/api';
const reply = expandedReply({ blobs: memoryBlobs() });

it('signs the thumbnails of an image for 15 minutes, without showing keys', async () => {
  const before = Date.now();
  const { thumbnails } = ImageReply.strict().parse(
    await reply(tenant, record, { baseUrl, expand: 'thumbnail_urls' }),
  );
  expect(thumbnails).toEqual([
    { size: 256, width: 256, height: 192, url: expect.stringContaining(key), expires_at: expect.any(String) },
  ]);
  const lifetime = Date.parse(thumbnails?.[0]?.expires_at ?? '') - before;
  expect(lifetime).toBeGreaterThanOrEqual(15 * 60_000);
  expect(lifetime).toBeLessThan(15 * 60_000 + 5_000);
});

it('signs none unless asked, and none of an image that has none', async () => {
  expect(await reply(tenant, record, { baseUrl })).not.toHaveProperty('thumbnails');
  expect(await reply(tenant, bare, { baseUrl, expand: 'thumbnail_urls' })).not.toHaveProperty('thumbnails');
});
