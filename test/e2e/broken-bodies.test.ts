import { expect, it } from 'vitest';
import { addImage, getImage, listImages } from '#shared/contracts/http/images.ts';
import { OPERATIONS } from '#shared/contracts/http/operations.ts';
import { liveness } from '#shared/contracts/http/service.ts';
import { BROKEN_BODIES } from '../fixtures/broken-bodies.ts';
import { photograph } from '../fixtures/photographs.ts';
import { call, newTenant, settled, upload } from './client.ts';
import { readStack } from './stack.ts';

it('answers broken bodies with 4xx on every route, and honest calls after them', async () => {
  const client = await newTenant('broken');
  const send = async (method: string, path: string, sent: (typeof BROKEN_BODIES)[number]) => {
    const { status } = await fetch(new URL(path, readStack().api_url), {
      method,
      headers: {
        'x-api-key': client.key,
        ...(sent.contentType !== undefined && { 'content-type': sent.contentType.slice(0, 4_000) }),
      },
      body: new Uint8Array(sent.body),
    });
    return status;
  };
  const cut = BROKEN_BODIES.filter(({ name }) => /cut|x then x/.test(name)).slice(-3);
  for (const { method, path } of OPERATIONS.filter((operation) => operation.method !== 'GET'))
    for (const sent of cut)
      expect(
        await send(method, `/api${path.replaceAll(/\{\w+\}/g, 'x')}`, sent),
        `${path} ${sent.name}`,
      ).toBeLessThan(500);
  for (const sent of BROKEN_BODIES)
    expect(await send(addImage.method, `/api${addImage.path}`, sent), sent.name).toBeLessThan(500);
  expect((await call(liveness)).status).toBe(200);
  expect((await client.call(listImages)).status).toBe(200);
});

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
