import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, open, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

const FILE_BYTES = 300 * 1024 * 1024;
/** Node alone has about 60 MB, and buffers wait for a busy collector; a file in memory would add 300. */
const MOST_BYTES = 220 * 1024 * 1024;

test('a large file on disk is uploaded in constant memory, with its length announced', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'deeplens-memory-'));
  const path = join(folder, 'large.tif');
  const file = await open(path, 'w');
  await file.truncate(FILE_BYTES);
  await file.close();
  let received = 0;
  let announced = 0;
  const server = createServer((request, response) => {
    if (request.url === '/storage') {
      announced = Number(request.headers['content-length']);
      request.on('data', (chunk: Buffer) => {
        received += chunk.length;
      });
      request.on('end', () => response.writeHead(204).end());
      return;
    }
    const form = {
      image_id: 'img_1',
      status: 'pending_upload',
      url: `http://${request.headers.host}/storage`,
      fields: { key: 'k' },
      expires_at: new Date(Date.now() + 900_000).toISOString(),
    };
    request.resume();
    response.writeHead(201, { 'content-type': 'application/json' }).end(JSON.stringify({ uploads: [form] }));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  try {
    const url = `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`;
    const { stdout } = await promisify(execFile)(process.execPath, [
      join(import.meta.dirname, 'upload-program.ts'),
      url,
      path,
    ]);
    expect(received).toBeGreaterThan(FILE_BYTES);
    expect(announced).toBe(received);
    expect(Number(stdout)).toBeGreaterThan(20 * 1024 * 1024);
    expect(Number(stdout)).toBeLessThan(MOST_BYTES);
    process.stdout.write(`\npeak memory ${Math.round(Number(stdout) / 1024 / 1024)} MB\n`);
  } finally {
    server.closeAllConnections();
    server.close();
    await rm(folder, { recursive: true });
  }
});
