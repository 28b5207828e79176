import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { undiciWebClient } from '#shared/web/undici-web-client.ts';
import { callReceiver } from '#shared/webhooks/attempt-delivery.ts';
import { newMessage } from '#shared/webhooks/message-of.ts';
import { signedHeaders } from '#shared/webhooks/sign-message.ts';

/** What a receiver does, by its path. */
const SCRIPTS: Record<string, (response: ServerResponse) => void> = {
  '/ok': (response) => response.writeHead(204).end(),
  '/redirect': (response) => response.writeHead(302, { location: '/ok' }).end(),
  '/inside': (response) => response.writeHead(302, { location: 'http://169.254.169.254/' }).end(),
  '/gone': (response) => response.writeHead(410).end(),
  '/busy': (response) => response.writeHead(429, { 'retry-after': '7' }).end(),
  '/away': (response) =>
    response.writeHead(503, { 'retry-after': new Date(Date.now() + 3_600_000).toUTCString() }).end(),
  '/for-ever': (response) => response.writeHead(503, { 'retry-after': '99999999' }).end(),
  '/reset': (response) => response.socket?.resetAndDestroy(),
  '/endless': (response) => {
    response.writeHead(200);
    const more = () => {
      while (!response.destroyed && response.write('x'.repeat(16_384)));
    };
    response.on('drain', more);
    more();
  },
  '/bomb': (response) =>
    response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync(Buffer.alloc(20_000_000))),
};

let server: Server;
let origin: string;
const asked: string[] = [];
beforeAll(async () => {
  server = createServer((request, response) => {
    asked.push(request.url ?? '');
    request.resume().on('end', () => SCRIPTS[request.url ?? '']?.(response));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  origin = `127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

const message = newMessage('m', 'images.indexed', '2026-11-01T00:00:00Z', {});
const call = (path: string, scheme = 'http') =>
  callReceiver(
    { web: undiciWebClient({ allowed: [origin] }) },
    { url: `${scheme}://${origin}${path}` },
    message,
    signedHeaders(message, ['whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY='], new Date()),
  );

const EXPECTED: [string, object][] = [
  ['/ok', { attempt: { outcome: 'delivered', status: 204, ip: '127.0.0.1' } }],
  ['/redirect', { attempt: { outcome: 'failed', status: 302 } }],
  ['/inside', { attempt: { outcome: 'failed', status: 302 } }],
  ['/gone', { attempt: { outcome: 'failed', status: 410 }, gone: true }],
  ['/busy', { attempt: { outcome: 'failed', status: 429 }, retryAfter: 7 }],
  ['/for-ever', { attempt: { outcome: 'failed', status: 503 }, retryAfter: 86_400 }],
  ['/reset', { attempt: { outcome: 'failed', error: 'reset' } }],
  ['/endless', { attempt: { outcome: 'delivered', status: 200, response: 'x'.repeat(1_024) } }],
];
it.each(EXPECTED)('%s is judged', async (path, expected) => {
  const before = asked.length;
  expect(await call(path)).toMatchObject(expected);
  expect(asked.slice(before)).toEqual([path]);
});

it('a date to try again after is read', async () => {
  const { retryAfter } = await call('/away');
  expect(retryAfter).toBeGreaterThan(3_500);
  expect(retryAfter).toBeLessThanOrEqual(3_600);
});

it('a compressed reply is kept as it came, and not unpacked', async () => {
  const { attempt } = await call('/bomb');
  expect(attempt).toMatchObject({ outcome: 'delivered' });
  expect(attempt.response?.length).toBeLessThanOrEqual(1_024);
});

it('a receiver without TLS is not called by https', async () => {
  expect(await call('/ok', 'https')).toMatchObject({ attempt: { outcome: 'failed', error: 'tls' } });
});
