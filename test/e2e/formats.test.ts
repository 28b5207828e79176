import { beforeAll, describe, expect, it } from 'vitest';
import { searchDuplicates } from '#shared/contracts/http/duplicates.ts';
import { addImage } from '#shared/contracts/http/images.ts';
import { searchSimilarity } from '#shared/contracts/http/search.ts';
import { heic, region, rotation, withProperties } from '../fixtures/heic.ts';
import { animatedGif } from '../fixtures/hostile.ts';
import { photograph } from '../fixtures/photographs.ts';
import { type Client, eventually, newTenant, settled, upload } from './client.ts';

let client: Client;
beforeAll(async () => {
  client = await newTenant('formats');
});

describe('a HEIC and the JPEG of the same photograph', () => {
  it('are one duplicate group, and a search by either finds the other first', async () => {
    const files = [
      { bytes: heic('eight-bit'), filename: 'a.heic', content_type: 'image/heic' },
      {
        bytes: await region().jpeg({ quality: 90 }).toBuffer(),
        filename: 'a.jpg',
        content_type: 'image/jpeg',
      },
      { bytes: photograph('dust-bowl-home'), filename: 'other.jpg', content_type: 'image/jpeg' },
    ];
    const images: string[] = [];
    for (const { bytes, ...file } of files) images.push(await upload(client, bytes, file));
    for (const image of images) expect(await settled(client, image)).toMatchObject({ status: 'indexed' });
    const [one = '', other = ''] = images;

    const { body } = await eventually(
      () => client.call(searchDuplicates, { body: { scope: 'all' } }),
      (reply) => reply.body.groups.length > 0,
    );
    expect(body.groups).toHaveLength(1);
    expect(body.groups[0]?.images.map(({ image_id }) => image_id).sort()).toEqual([one, other].sort());

    for (const [image_id, expected] of [
      [one, other],
      [other, one],
    ] as const) {
      const reply = await client.call(searchSimilarity, { body: { image_id } });
      const [first] = reply.body.results.filter((result) => result.image_id !== image_id);
      expect(first).toMatchObject({ image_id: expected, verdict: 'edited_copy' });
    }
  });

  it('are found by a HEIC that is sent with the search', async () => {
    const image = withProperties([rotation(0)]).toString('base64');
    const { body, status } = await client.call(searchSimilarity, { body: { image } });
    expect(status).toBe(200);
    expect(body.results[0]).toMatchObject({ verdict: 'exact' });
    expect(body.results).toHaveLength(2);
  });
});

describe('a file that browsers send', () => {
  it('is taken as what it is, with warnings and frames in its record', async () => {
    const file = { filename: 'a.jpg', content_type: 'IMAGE/PJPEG; q=1' };
    const named = await settled(client, await upload(client, await animatedGif(), file));
    expect(named).toMatchObject({
      status: 'indexed',
      format: 'gif',
      frames: 3,
      warnings: [{ code: 'type_differs' }],
    });
  });

  it('is taken without a media type', async () => {
    const image = (await region(200, 200).png().toBuffer()).toString('base64');
    const { body, status } = await client.call(addImage, { body: { image } });
    expect(status).toBe(202);
    const record = await settled(client, body.image_id);
    expect(record).toMatchObject({ status: 'indexed', format: 'png', warnings: [] });
    expect(record).not.toHaveProperty('frames');
  });
});
