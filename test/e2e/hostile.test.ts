import { beforeAll, describe, expect, it } from 'vitest';
import { hostileImages } from '../fixtures/hostile.ts';
import { photograph } from '../fixtures/photographs.ts';
import { type Client, newTenant, settled, upload } from './client.ts';

let client: Client;
beforeAll(async () => {
  client = await newTenant('hostile');
});

describe('hostile pictures', () => {
  it('end in the right state and code within 30 s, and hold nobody up', async () => {
    const pictures = (await hostileImages()).filter(({ bytes }) => bytes.length > 0);
    const started = Date.now();
    const sent = await Promise.all(
      pictures.map(async (picture) => ({
        picture,
        image: await upload(client, picture.bytes, {
          filename: picture.name,
          content_type: picture.contentType,
        }),
      })),
    );
    const good = await upload(client, await photograph('acanthus-mollis'), { filename: 'good.jpg' });
    const found = await Promise.all(
      sent.map(async ({ picture, image }) => {
        const { status, failure } = await settled(client, image, 30_000);
        return { name: picture.name, status, ...(failure && { code: failure.code, stage: failure.stage }) };
      }),
    );
    expect((await settled(client, good, 30_000)).status).toBe('indexed');
    expect(Date.now() - started).toBeLessThan(30_000);
    expect(found).toEqual(
      pictures.map(({ name, expected }) => ({
        name,
        status: expected.status,
        ...(expected.code && { code: expected.code, stage: 'validation' }),
      })),
    );
  });
});
