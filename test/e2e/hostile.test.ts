import { beforeAll, describe, expect, it } from 'vitest';
import { hostileImages } from '../fixtures/hostile.ts';
import { photograph } from '../fixtures/photographs.ts';
import { type Client, newTenant, settled, upload } from './client.ts';

let client: Client;
beforeAll(async () => {
  client = await newTenant('hostile');
});

describe('hostile images', () => {
  it('end with the documented status and code within 30 s and delay no other image', async () => {
    const files = (await hostileImages()).filter(({ bytes }) => bytes.length > 0);
    const started = Date.now();
    const sent = await Promise.all(
      files.map(async (file) => ({
        file,
        image: await upload(client, file.bytes, {
          filename: file.name,
          content_type: file.contentType,
        }),
      })),
    );
    const good = await upload(client, await photograph('acanthus-mollis'), { filename: 'good.jpg' });
    const outcomes = await Promise.all(
      sent.map(async ({ file, image }) => {
        const { status, failure } = await settled(client, image, 30_000);
        return { name: file.name, status, ...(failure && { code: failure.code, stage: failure.stage }) };
      }),
    );
    expect((await settled(client, good, 30_000)).status).toBe('indexed');
    expect(Date.now() - started).toBeLessThan(30_000);
    expect(outcomes).toEqual(
      files.map(({ name, expected }) => ({
        name,
        status: expected.status,
        ...(expected.code && { code: expected.code, stage: 'validation' }),
      })),
    );
  });
});
