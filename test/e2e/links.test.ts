import { expect, it } from 'vitest';
import { getImage } from '#shared/contracts/http/images.ts';
import { photograph } from '../fixtures/photographs.ts';
import { newTenant, settled, upload } from './client.ts';
import { readStack } from './stack.ts';

it('builds links from the configured origin, whatever the headers of the call say', async () => {
  const client = await newTenant('links');
  const image = await upload(client, photograph('nagasaki-boats'), { filename: 'boats.jpg' });
  await settled(client, image);
  const { body } = await client.call(getImage, {
    params: { image_id: image },
    headers: { 'x-forwarded-host': 'evil.example', 'x-forwarded-proto': 'gopher' },
  });
  expect(body.thumbnail_url).toBe(`${readStack().api_url}/thumbnails/${image}`);
});
