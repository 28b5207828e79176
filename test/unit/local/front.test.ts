import { once } from 'node:events';
import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import { connect, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterEach, describe, expect, it } from 'vitest';
import { consoleHeaders } from '../../../console/headers.ts';
import type { ConsoleOptions } from '../../../infra/local/console/serve.ts';
import { type Front, startFront } from '../../../infra/local/front.ts';

let emulator: Server;
let front: Front;
afterEach(async () => {
  await front.stop();
  emulator.close();
  emulator.closeAllConnections();
});

/** Starts a front before a stub of the emulator. */
async function start(
  answer: RequestListener,
  options: { requestMs?: number; console?: ConsoleOptions } = {},
): Promise<void> {
  emulator = createServer(answer).listen(0, '127.0.0.1');
  await once(emulator, 'listening');
  const emulatorUrl = `http://127.0.0.1:${port()}`;
  front = await startFront({ port: 0, emulatorUrl, apiId: 'abc12345', ...options });
}
const port = () => Object(emulator.address()).port;

/** Sends the head of a request with a body, and a byte of it. */
function startSlowRequest(): Socket {
  const { hostname, port } = new URL(front.origin);
  const socket = connect(Number(port), hostname);
  socket.write('POST /api/v1/x HTTP/1.1\r\nhost: x\r\ncontent-length: 1000\r\n\r\nx');
  return socket;
}

describe('the local front', () => {
  it('forwards API calls with the host name that the emulator expects', async () => {
    let seen: IncomingMessage | undefined;
    await start((request, response) => {
      seen = request;
      response.writeHead(201, { 'x-kept': 'yes' }).end('made');
    });
    const reply = await fetch(`${front.origin}/api/v1/images?limit=3`, { method: 'POST', body: 'x' });
    expect([reply.status, reply.headers.get('x-kept'), await reply.text()]).toEqual([201, 'yes', 'made']);
    expect(seen?.url).toBe('/api/v1/images?limit=3');
    expect(seen?.headers.host).toBe(`abc12345.execute-api.localhost:${port()}`);
  });

  it('gives a request id to a reply that has none, as API Gateway does', async () => {
    await start((request, response) => {
      if (request.url?.endsWith('named')) response.setHeader('x-correlation-id', 'mine');
      response.end();
    });
    const idOf = async (path: string) =>
      (await fetch(`${front.origin}/api/v1/${path}`)).headers.get('x-correlation-id');
    expect([await idOf('named'), await idOf('other')]).toEqual([
      'mine',
      expect.stringMatching(/^[\w-]{36}$/),
    ]);
  });

  it('names a 405, which has no id in the emulator, in its body too, as all problems', async () => {
    const type = 'application/problem+json';
    await start((request, response) => {
      const body = JSON.stringify({ code: 'method_not_allowed', status: 405, detail: 'é' });
      const status = request.url?.endsWith('405') ? 405 : 404;
      response.writeHead(status, { 'content-type': type, 'content-length': Buffer.byteLength(body) });
      response.end(body);
    });
    const reply = await fetch(`${front.origin}/api/v1/405`, { method: 'PUT' });
    const instance = reply.headers.get('x-correlation-id');
    expect(instance).toMatch(/^[\w-]{36}$/);
    expect([reply.status, reply.headers.get('content-type')]).toEqual([405, type]);
    expect(await reply.json()).toEqual({ code: 'method_not_allowed', status: 405, detail: 'é', instance });
    expect((await fetch(`${front.origin}/api/v1/405`, { method: 'HEAD' })).status).toBe(405);
    const other = await fetch(`${front.origin}/api/v1/404`);
    expect(await other.json()).not.toHaveProperty('instance');
  });

  it('limits concurrent calls to the emulator, and answers all of a burst', async () => {
    let now = 0;
    let most = 0;
    await start((_request, response) => {
      most = Math.max(most, ++now);
      setTimeout(() => {
        now--;
        response.end('done');
      }, 10);
    });
    const replies = await Promise.all(Array.from({ length: 60 }, () => fetch(`${front.origin}/api/v1/x`)));
    expect(replies.every(({ ok }) => ok)).toBe(true);
    expect(most).toBeLessThanOrEqual(12);
  });

  it('passes on a body as it is', async () => {
    const body = Buffer.alloc(9_000_000, 'abc');
    await start(async (request, response) =>
      response.end(String(Buffer.concat(await request.toArray()).equals(body))),
    );
    const whole = await fetch(`${front.origin}/api/v1/x`, { method: 'POST', body });
    expect(await whole.text()).toBe('true');
    const inChunks = { method: 'POST', body: new Blob([body]).stream(), duplex: 'half' } as const;
    expect(await (await fetch(`${front.origin}/api/v1/x`, inChunks)).text()).toBe('true');
  });

  it('lets no slow body hold up other calls, and ends it by a deadline', async () => {
    let passed = 0;
    await start((_request, response) => void response.end(`call ${++passed}`), { requestMs: 500 });
    const slow = Array.from({ length: 30 }, startSlowRequest);
    const drip = setInterval(() => {
      for (const socket of slow) socket.write('x');
    }, 50);
    const replies = slow.map((socket) => text(socket));
    expect(await (await fetch(`${front.origin}/api/v1/x`)).text()).toBe('call 1');
    const ends = await Promise.allSettled(replies);
    clearInterval(drip);
    // What a client sends after the reply resets the connection, and may overtake the reply.
    const answered = ends.filter((end) => end.status === 'fulfilled' || end.reason.code !== 'ECONNRESET');
    expect(answered.length).toBeGreaterThan(0);
    for (const end of answered)
      expect(end).toEqual({ status: 'fulfilled', value: expect.stringContaining('408 Request Timeout') });
    expect(passed).toBe(1);
  });

  it('refuses a body above 10 MB, and goes on if clients break off', async () => {
    await start((_request, response) => void response.end('done'));
    const body = Buffer.alloc(10 * 1024 * 1024 + 1);
    const reply = await fetch(`${front.origin}/api/v1/x`, { method: 'POST', body });
    const { code, instance } = Object(await reply.json());
    expect([reply.status, code]).toEqual([413, 'payload_too_large']);
    expect(reply.headers.get('x-correlation-id')).toBe(instance);
    startSlowRequest().on('connect', function (this: Socket) {
      this.resetAndDestroy();
    });
    expect(await (await fetch(`${front.origin}/api/v1/x`)).text()).toBe('done');
  });

  it('responds with a problem if the emulator is unavailable', async () => {
    await start((request) => void request.destroy());
    const reply = await fetch(`${front.origin}/api/v1/x`);
    expect(reply.status).toBe(502);
    expect(reply.headers.get('content-type')).toBe('application/problem+json');
    expect(await reply.json()).toMatchObject({ code: 'dependency_unavailable', status: 502 });
  });

  it('serves nothing of the emulator but the API', async () => {
    await start((_request, response) => void response.end('emulator'));
    expect((await fetch(front.origin)).status).toBe(404);
    expect((await fetch(`${front.origin}/apiary`)).status).toBe(404);
  });

  it('serves the console at every other path, with its headers', async () => {
    const storage = 'http://127.0.0.1:4566';
    const config = { api: '/api/v1', version: '1.0.0' };
    await start((_request, response) => void response.end('emulator'), { console: { storage, config } });
    const reply = await fetch(`${front.origin}/config.json`);
    expect(await reply.json()).toEqual(config);
    expect(Object.fromEntries(reply.headers)).toMatchObject(consoleHeaders({ storage }));
    const page = await fetch(`${front.origin}/library/img_01`);
    expect(page.headers.get('content-security-policy')).toContain(storage);
    expect((await fetch(`${front.origin}/assets/none.js`)).status).toBe(404);
    expect((await fetch(`${front.origin}/%2e%2e/%2e%2e/package.json`)).status).toBe(404);
  });
});
