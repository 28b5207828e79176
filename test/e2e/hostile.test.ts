import { beforeAll, describe, expect, it } from 'vitest';
import { searchSimilarity } from '#shared/contracts/http/search.ts';
import { hostileImages } from '../fixtures/hostile.ts';
import { photograph } from '../fixtures/photographs.ts';
import { HOSTILE_FILES } from '../hostile/files.ts';
import { type Client, newTenant, settled, upload } from './client.ts';

let client: Client;
beforeAll(async () => {
  client = await newTenant('hostile');
});

/** Of `test/hostile`: small enough for a request, and each once a search of up to half a minute. */
const IN_A_SEARCH = [
  'jpeg: 800 scans of 12 Mpx',
  'jpeg: 12 scans of 99 Mpx',
  'png: EXIF of 60 arrays that share 4 MB',
  'png: 99 Mpx, interlaced, RGB',
  'tiff: 500 tags that share a megabyte',
  'webp: 100 000 frames',
];

describe('hostile images', () => {
  it.each(HOSTILE_FILES.filter(({ name }) => IN_A_SEARCH.includes(name)))(
    'end a search with a documented reply, and the next search is answered: $name',
    async ({ make }) => {
      const image = (await make()).toString('base64');
      const started = Date.now();
      const { status } = await client.call(searchSimilarity, { body: { image } });
      expect([200, 413, 422]).toContain(status);
      expect(Date.now() - started).toBeLessThan(20_000); // 8 s, and a cold start
      const honest = (await photograph('acanthus-mollis')).toString('base64');
      expect((await client.call(searchSimilarity, { body: { image: honest } })).status).toBe(200);
    },
  );

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
