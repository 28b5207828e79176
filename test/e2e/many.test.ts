import { beforeAll, describe, expect, it } from 'vitest';
import { listImages } from '#shared/contracts/http/images.ts';
import { searchSimilarity } from '#shared/contracts/http/search.ts';
import { distinctPhotographs } from '../fixtures/photographs.ts';
import { type Client, eventually, newTenant, upload } from './client.ts';
import { readStack } from './stack.ts';

const COUNT = 48;
let client: Client;
beforeAll(async () => {
  client = await newTenant('many');
});

describe('many concurrent uploads with a killed worker', () => {
  it('are all indexed, none twice, each found first by its own search', async () => {
    const images = await distinctPhotographs(COUNT);
    const ids = await Promise.all(images.map((bytes, n) => upload(client, bytes, { filename: `${n}.jpg` })));
    const worker = readStack().pids['gpu-worker'];
    if (!worker) throw new Error('no gpu-worker');
    await eventually(
      () => count('indexed'),
      (indexed) => indexed > 0,
    );
    process.kill(worker, 'SIGKILL');

    await eventually(
      () => count('indexed'),
      (indexed) => indexed === COUNT,
      120_000,
    );
    expect(new Set(ids).size).toBe(COUNT);
    for (const [n, bytes] of images.entries()) {
      if (n % 8 !== 0) continue;
      const { body } = await client.call(searchSimilarity, {
        body: { image: Buffer.from(bytes).toString('base64'), max_results: 100, similarity_threshold: 0 },
      });
      expect(body.results[0]).toMatchObject({ image_id: ids[n], verdict: 'exact' });
      expect(body.results.filter(({ image_id }) => image_id === ids[n])).toHaveLength(1);
    }
  });
});

async function count(status: string): Promise<number> {
  const { body } = await client.call(listImages, { query: { status, limit: '100' } });
  return body.images.length;
}
