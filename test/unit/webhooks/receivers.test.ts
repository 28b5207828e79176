import { createServer, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { gzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { undiciWebClient } from '#shared/web/undici-web-client.ts';
import { callReceiver } from '#shared/webhooks/attempt-delivery.ts';
import { newMessage } from '#shared/webhooks/message-of.ts';
import { signedHeaders } from '#shared/webhooks/sign-message.ts';
import { selfSigned } from '../../fixtures/certificate.ts';

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
  '/reset-in-headers': ({ socket }) => {
    socket?.write('HTTP/1.1 200 OK\r\nx-half: a hea', () => setTimeout(() => socket.resetAndDestroy(), 20));
  },
  '/endless-headers': (response) => {
    response.socket?.write(`HTTP/1.1 200 OK\r\n${`x: ${'y'.repeat(8_000)}\r\n`.repeat(20)}`);
  },
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
const call = (path: string, scheme = 'http', host = origin) =>
  callReceiver(
    { web: undiciWebClient({ allowed: [host] }) },
    { url: `${scheme}://${host}${path}` },
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
  ['/reset-in-headers', { attempt: { outcome: 'failed', error: 'reset' } }],
  ['/endless-headers', { attempt: { outcome: 'failed', error: 'protocol' } }],
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

describe('a receiver by https', () => {
  const trusted = getCACertificates('default');
  let stop = () => {};
  afterEach(() => {
    stop();
    setDefaultCACertificates(trusted);
  });
  async function receiverWith({ key, cert }: { key: string; cert: string }): Promise<string> {
    const receiver = createTlsServer({ key, cert }, (request, response) => {
      asked.push(request.url ?? '');
      response.writeHead(204).end();
    });
    await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
    stop = () => {
      receiver.closeAllConnections();
      receiver.close();
    };
    return `127.0.0.1:${(receiver.address() as AddressInfo).port}`;
  }

  it('with a certificate that is trusted is told', async () => {
    const own = selfSigned(['127.0.0.1']);
    setDefaultCACertificates([...trusted, own.cert]);
    expect(await call('/ok', 'https', await receiverWith(own))).toMatchObject({
      attempt: { outcome: 'delivered', status: 204 },
    });
  });

  const WRONG: [string, { names: string[]; hours?: number; trust: boolean }][] = [
    ['that nobody trusts', { names: ['127.0.0.1'], trust: false }],
    ['of another name', { names: ['hooks.example.com', '127.0.0.2'], trust: true }],
    ['that has expired', { names: ['127.0.0.1'], hours: -1, trust: true }],
  ];
  it.each(WRONG)('with a certificate %s gets nothing', async (_, { names, hours, trust }) => {
    const own = selfSigned(names, hours);
    if (trust) setDefaultCACertificates([...trusted, own.cert]);
    const before = asked.length;
    expect(await call('/ok', 'https', await receiverWith(own))).toEqual({
      attempt: { outcome: 'failed', error: 'tls' },
    });
    expect(asked).toHaveLength(before);
  });
});
