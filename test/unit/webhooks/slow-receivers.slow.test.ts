import { createServer, type Socket } from 'node:net';
import { expect, it } from 'vitest';
import { undiciWebClient } from '#shared/web/undici-web-client.ts';
import { callReceiver, WEBHOOK } from '#shared/webhooks/attempt-delivery.ts';
import { newMessage } from '#shared/webhooks/message-of.ts';

/** How a receiver keeps a connection without answering. */
const SLOW: [string, (socket: Socket) => void][] = [
  ['says nothing', () => undefined],
  ['sends a header now and then', (socket) => drip(socket, 'HTTP/1.1 200 OK\r\n', 'x-more: y\r\n')],
  [
    'sends its body byte by byte',
    (socket) => drip(socket, 'HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n', 'x'),
  ],
];
function drip(socket: Socket, first: string, more: string): void {
  socket.write(first);
  const timer = setInterval(() => socket.write(more), 1_000);
  socket.on('close', () => clearInterval(timer));
}

it('is 15 seconds', () => expect(WEBHOOK.seconds).toBe(15));

it.concurrent.each(SLOW)('a receiver that %s is left after 15 seconds', async (_, answer) => {
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.once('data', () => answer(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  const host = `127.0.0.1:${address.port}`;
  const begun = performance.now();
  const verdict = await callReceiver(
    { web: undiciWebClient({ allowed: [host] }) },
    { url: `http://${host}/` },
    newMessage('m', 'images.indexed', '2026-11-01T00:00:00Z', {}),
    {},
  );
  const seconds = (performance.now() - begun) / 1_000;
  server.close();
  expect(verdict).toEqual({ attempt: { outcome: 'failed', error: 'timeout' } });
  expect(seconds).toBeGreaterThan(14.5);
  expect(seconds).toBeLessThan(17);
});
