import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import * as api from '#shared/contracts/http/images.ts';
import { searchSimilarity } from '#shared/contracts/http/search.ts';
import { photograph } from '../fixtures/photographs.ts';
import { receiverPort, startReceiver } from '../fixtures/receiver.ts';
import { type Client, newTenant, settled } from './client.ts';

let client: Client;
let bytes: Uint8Array;
let origin: string;
let stop: () => void;
let asked: string[];

beforeAll(async () => {
  client = await newTenant('image-url');
  bytes = await photograph('locomotion-house-cat');
  const storagePort = receiverPort('storage');
  ({ origin, stop } = await startReceiver('images', ({ url = '', headers }, response) => {
    asked.push(
      `${url} ${headers['user-agent']} ${headers['x-api-key'] ?? headers.authorization ?? 'nobody'}`,
    );
    if (url.startsWith('/moved'))
      response.writeHead(302, { location: '/cat%20one.jpg?signature=SECRET' }).end();
    else if (url.startsWith('/cat')) response.writeHead(200, { 'content-type': 'text/plain' }).end(bytes);
    else if (url === '/page') response.writeHead(200).end('<!doctype html><html></html>');
    else if (url === '/inside')
      response.writeHead(302, { location: `http://127.0.0.1:${storagePort + 1}/` }).end();
    else if (url === '/huge') response.writeHead(200, { 'content-length': 10 ** 9 }).end();
    else response.writeHead(404).end();
  }));
});
beforeEach(() => {
  asked = [];
});
afterAll(() => stop());

const PROBLEMS: [path: string, code: string, status: number][] = [
  ['/none', 'url_unreachable', 422],
  ['/page', 'url_not_an_image', 422],
  ['/inside', 'unsafe_url', 422],
  ['/huge', 'payload_too_large', 413],
];

describe('an image at a URL', () => {
  it('is added as one that is sent, once for an idempotency key', async () => {
    const request = {
      body: { image_url: `${origin}/moved?token=SECRET`, external_id: 'cat', metadata: { album: 'cats' } },
      headers: { 'idempotency-key': 'once' },
    };
    const added = await client.call(api.addImage, request);
    expect(added.status).toBe(202);
    expect((await client.call(api.addImage, request)).body).toEqual(added.body);
    expect(asked).toEqual([
      '/moved?token=SECRET DeepLens-Images/1 nobody',
      '/cat%20one.jpg?signature=SECRET DeepLens-Images/1 nobody',
    ]);
    const record = await settled(client, added.body.image_id);
    expect(record).toMatchObject({
      status: 'indexed',
      file_path: 'moved',
      external_id: 'cat',
      file_size: bytes.length,
      format: 'jpeg',
    });
    expect(JSON.stringify(record)).not.toContain('SECRET');
  });

  it('is searched for, with the cache of its bytes', async () => {
    const first = await client.call(searchSimilarity, { body: { image_url: `${origin}/cat.jpg` } });
    expect(first.body.results[0]).toMatchObject({ verdict: 'exact', external_id: 'cat' });
    const second = await client.call(searchSimilarity, {
      body: { image: Buffer.from(bytes).toString('base64') },
    });
    expect(second.body).toMatchObject({ cached: true, total_results: first.body.total_results });
  });

  it.each(PROBLEMS)('%s is refused as %s', async (path, code, status) => {
    const body = { image_url: `${origin}${path}` };
    for (const refused of [
      await client.call(api.addImage, { body }),
      await client.call(searchSimilarity, { body }),
    ])
      expect({ status: refused.status, code: refused.body.code }).toEqual({ status, code });
  });

  it('is refused where the address is not public, and no configured one', async () => {
    for (const image_url of [
      'http://169.254.169.254/latest/meta-data/',
      'http://localhost:4566/',
      'ftp://x/',
    ]) {
      const { status, body } = await client.call(api.addImage, { body: { image_url } });
      expect({ status, code: body.code }).toEqual({ status: 422, code: 'unsafe_url' });
    }
    expect(asked).toEqual([]);
  });

  it('is refused beside another image', async () => {
    const { status, body } = await client.call(searchSimilarity, {
      body: { image_url: `${origin}/cat.jpg`, image: Buffer.from(bytes).toString('base64') },
    });
    expect({ status, code: body.code }).toEqual({ status: 400, code: 'invalid_request' });
    expect(asked).toEqual([]);
  });
});
