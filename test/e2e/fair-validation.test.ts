import sharp from 'sharp';
import { expect, it } from 'vitest';
import { getImage, listImages, requestUploads } from '#shared/contracts/http/images.ts';
import { photograph } from '../fixtures/photographs.ts';
import { postFile } from '../fixtures/post-file.ts';
import { eventually, newTenant, upload } from './client.ts';

/** Uploads of the first tenant, and those of them that the second one's has to overtake. */
const BACKLOG = 40;
const OVERTAKEN = 10;

it('one tenant’s upload overtakes the many of another that stand before it', async () => {
  const [many, one] = await Promise.all([newTenant('many'), newTenant('one')]);
  const large = await sharp(photograph('nagasaki-boats')).resize({ width: 4_000 }).jpeg().toBuffer();
  const file = { filename: 'large.jpg', content_type: 'image/jpeg', size: large.length };
  const { body } = await many.call(requestUploads, { body: { files: Array(BACKLOG).fill(file) } });
  const posts = body.uploads.map(async (form) => {
    if (!('url' in form)) throw new Error(`refused: ${JSON.stringify(form)}`);
    return (await postFile(form, large, 'image/jpeg')).ok;
  });
  expect(await Promise.all(posts)).toEqual(Array(BACKLOG).fill(true));
  const image = await upload(one, large, { filename: 'large.jpg' });

  const { body: single } = await eventually(
    () => one.call(getImage, { params: { image_id: image } }),
    (reply) => reply.body.validated_at !== undefined,
    180_000,
  );
  const { body: backlog } = await eventually(
    () => many.call(listImages, { query: { limit: '100' } }),
    (reply) => reply.body.images.every(({ validated_at }) => validated_at !== undefined),
    180_000,
  );
  expect(backlog.images).toHaveLength(BACKLOG);
  const at = single.validated_at ?? '';
  const later = backlog.images.filter(({ validated_at = '' }) => validated_at > at);
  expect(later.length).toBeGreaterThanOrEqual(OVERTAKEN);
});
