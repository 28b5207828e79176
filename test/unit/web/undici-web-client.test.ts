import { createServer, type Server } from 'node:http';
import { type AddressInfo, createServer as createSocketServer, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Problem } from '#shared/kernel/problems.ts';
import { undiciWebClient } from '#shared/web/undici-web-client.ts';
import { UnreachableUrl, type WebPurpose } from '#shared/web/web-client.ts';
import { UNSAFE_ANSWERS, UNSAFE_FORMS, UNSAFE_LITERALS } from './unsafe-urls.ts';

const PURPOSE: WebPurpose = {
  schemes: ['https:', 'http:'],
  ports: [80, 443],
  redirects: 3,
  connectSeconds: 1,
  seconds: 2,
  bytes: 1_000,
  longer: 'refuse',
};
const GET = { method: 'GET' } as const;
/** A public address to which nothing is sent: these tests refuse before, or never connect. */
const PUBLIC = '93.184.215.14';

let connections: number;
let server: Server;
let port: number;
let reply: (path: string) => { status: number; headers?: Record<string, string>; body?: string };
let seen: { url: string; headers: Record<string, unknown> }[];

beforeEach(async () => {
  connections = 0;
  seen = [];
  reply = () => ({ status: 200, body: 'SECRET' });
  server = createServer((request, response) => {
    seen.push({ url: request.url ?? '', headers: request.headers });
    const { status, headers = {}, body = '' } = reply(request.url ?? '');
    response.writeHead(status, headers).end(body);
  });
  server.on('connection', () => {
    connections += 1;
  });
  await new Promise<void>((resolve) => server.listen(0, '::', resolve));
  port = (server.address() as AddressInfo).port;
});
afterEach(() => {
  server.closeAllConnections();
  server.close();
});

const code = (promise: Promise<unknown>): Promise<string> =>
  promise.then(
    () => 'fetched',
    (error: unknown) => (error instanceof Problem ? error.code : String(error)),
  );
/** The listener's port is among the purpose's, so that only the address is what can refuse. */
const anyPort = (): WebPurpose => ({ ...PURPOSE, ports: [...PURPOSE.ports, port] });
const guarded = (answers: Readonly<Record<string, readonly string[]>> = {}, allowed: string[] = []) =>
  undiciWebClient({ allowed, resolve: async (name) => answers[name] ?? [] });
const allowing = () => undiciWebClient({ allowed: [`127.0.0.1:${port}`] });
const here = (path = '/') => `http://127.0.0.1:${port}${path}`;
/** The same URL at the listener's port. */
const atListener = (text: string): string => {
  const at = text.indexOf('/', 'http://'.length);
  return `${text.slice(0, at).replace(/:80$/, '')}:${port}${text.slice(at)}`;
};

describe('addresses that are not public', () => {
  it.each(UNSAFE_LITERALS)('refuses %s, without a connection', async (url) => {
    const client = undiciWebClient({ allowed: [] });
    expect(await code(client.fetch(url, PURPOSE, GET))).toBe('unsafe_url');
    expect(await code(client.fetch(atListener(url), anyPort(), GET))).toBe('unsafe_url');
    expect(await code(client.check(atListener(url), anyPort()))).toBe('unsafe_url');
    expect(connections).toBe(0);
  });

  it.each(UNSAFE_FORMS)('refuses the form of %s', async (url) => {
    expect(await code(guarded({ 'example.com': [PUBLIC] }).fetch(url, PURPOSE, GET))).toBe('unsafe_url');
  });

  it.each(Object.keys(UNSAFE_ANSWERS))('refuses the answers of %s, without a connection', async (name) => {
    const client = guarded(UNSAFE_ANSWERS);
    expect(await code(client.fetch(`http://${name}:${port}/`, anyPort(), GET))).toBe('unsafe_url');
    expect(await code(client.check(`http://${name}:${port}/`, anyPort()))).toBe('unsafe_url');
    expect(connections).toBe(0);
  });

  it('goes to no address that a later answer of the name has', async () => {
    let asked = 0;
    const client = undiciWebClient({
      allowed: [],
      resolve: async () => [asked++ === 0 ? PUBLIC : '127.0.0.1'],
    });
    expect(await code(client.fetch(`http://rebinding.example.com:${port}/`, anyPort(), GET))).toBe(
      'unsafe_url',
    );
    expect(asked).toBe(2);
    expect(connections).toBe(0);
  });

  it('refuses a name of the system’s resolver', async () => {
    const client = undiciWebClient({ allowed: [] });
    expect(await code(client.fetch(`http://localhost:${port}/`, anyPort(), GET))).toBe('unsafe_url');
    expect(connections).toBe(0);
  });

  it.each([...UNSAFE_LITERALS, ...UNSAFE_FORMS.filter((url) => url.includes(':'))])(
    'follows no redirect to %s',
    async (url) => {
      reply = () => ({ status: 302, headers: { location: encodeURI(url).replaceAll('%25', '%') } });
      expect(await code(allowing().fetch(here(), PURPOSE, GET))).toBe('unsafe_url');
      expect(connections).toBe(1);
    },
  );
});

describe('configured addresses', () => {
  it('are called, each at its port alone', async () => {
    const { ip, status } = await allowing().fetch(here(), PURPOSE, GET);
    expect({ ip, status }).toEqual({ ip: '127.0.0.1', status: 200 });
    const another = undiciWebClient({ allowed: [`127.0.0.1:${port + 1}`, `[::1]:${port}`] });
    expect(await code(another.fetch(here(), anyPort(), GET))).toBe('unsafe_url');
    expect(connections).toBe(1);
  });

  it('are called by a name, too', async () => {
    const client = guarded({ 'receiver.test': ['127.0.0.1'] }, [`127.0.0.1:${port}`]);
    const { ip } = await client.fetch(`http://receiver.test:${port}/`, anyPort(), GET);
    expect(ip).toBe('127.0.0.1');
  });

  it('of IPv6 are called', async () => {
    const { ip } = await undiciWebClient({ allowed: [`[::1]:${port}`] }).fetch(
      `http://[::1]:${port}/`,
      PURPOSE,
      GET,
    );
    expect(ip).toBe('::1');
  });
});

describe('a reply', () => {
  it('is asked for without credentials and without compression', async () => {
    await allowing().fetch(here('/a?b=c'), PURPOSE, { ...GET, headers: { 'user-agent': 'test' } });
    expect(seen[0]?.url).toBe('/a?b=c');
    expect(seen[0]?.headers).toMatchObject({ 'accept-encoding': 'identity', 'user-agent': 'test' });
    expect(Object.keys(seen[0]?.headers ?? {})).not.toEqual(
      expect.arrayContaining(['authorization', 'cookie']),
    );
  });

  it('is found after up to three redirects', async () => {
    reply = (path) =>
      path === '/3'
        ? { status: 200, body: 'end' }
        : { status: 307, headers: { location: `/${+path.slice(1) + 1}` } };
    const { bytes } = await allowing().fetch(here('/0'), PURPOSE, GET);
    expect(Buffer.from(bytes).toString()).toBe('end');
    await expect(allowing().fetch(here('/-1'), PURPOSE, GET)).rejects.toMatchObject({ reason: 'redirects' });
  });

  it('is the redirect itself for a purpose that follows none', async () => {
    reply = () => ({ status: 302, headers: { location: 'http://10.0.0.1/' } });
    const { status, headers } = await allowing().fetch(here(), { ...PURPOSE, redirects: 0 }, GET);
    expect({ status, headers }).toMatchObject({ status: 302, headers: { location: 'http://10.0.0.1/' } });
  });

  it.each([{}, { 'content-length': '1001' }])('of too many bytes is refused, or cut: %j', async (headers) => {
    reply = () => ({ status: 200, headers, body: 'x'.repeat(1_001) });
    expect(await code(allowing().fetch(here(), PURPOSE, GET))).toBe('payload_too_large');
    const { bytes, cut } = await allowing().fetch(here(), { ...PURPOSE, longer: 'cut' }, GET);
    expect({ length: bytes.length, cut }).toEqual({ length: 1_000, cut: true });
  });

  it('of just the most bytes is whole', async () => {
    reply = () => ({ status: 200, body: 'x'.repeat(1_000) });
    const { bytes, cut } = await allowing().fetch(here(), PURPOSE, GET);
    expect({ length: bytes.length, cut }).toEqual({ length: 1_000, cut: false });
  });
});

describe('a server that does not answer as it should', () => {
  const against = async (talk: (socket: Socket) => void, scheme = 'http') => {
    const sockets: Socket[] = [];
    const raw = createSocketServer((socket) => {
      sockets.push(socket);
      socket.on('error', () => undefined);
      talk(socket);
    });
    await new Promise<void>((resolve) => raw.listen(0, '127.0.0.1', resolve));
    const at = `127.0.0.1:${(raw.address() as AddressInfo).port}`;
    try {
      const client = undiciWebClient({ allowed: [at] });
      return await client.fetch(`${scheme}://${at}/`, { ...PURPOSE, seconds: 0.5 }, GET).then(
        ({ status }) => String(status),
        (error: unknown) => (error instanceof UnreachableUrl ? error.reason : String(error)),
      );
    } finally {
      for (const socket of sockets) socket.destroy();
      raw.close();
    }
  };
  it('by silence is a timeout', async () => {
    expect(await against(() => undefined)).toBe('timeout');
  });
  it('by an endless slow body is a timeout', async () => {
    const slow = (socket: Socket) => {
      socket.write('HTTP/1.1 200 OK\r\n\r\n');
      setInterval(() => socket.destroyed || socket.write('x'), 50).unref();
    };
    expect(await against(slow)).toBe('timeout');
  });
  it('by closing within the headers is a reset', async () => {
    expect(
      await against((socket) => socket.write('HTTP/1.1 200 OK\r\nx: ', () => socket.resetAndDestroy())),
    ).toBe('reset');
  });
  it('by another protocol is named', async () => {
    expect(await against((socket) => socket.write('SSH-2.0-OpenSSH\r\n'))).toBe('protocol');
  });
  it('by no TLS is named', async () => {
    expect(await against((socket) => socket.write('HTTP/1.1 200 OK\r\n\r\n'), 'https')).toBe('tls');
  });
  it('by a closed port is named', async () => {
    const client = undiciWebClient({ allowed: ['127.0.0.1:1'] });
    await expect(client.fetch('http://127.0.0.1:1/', PURPOSE, GET)).rejects.toMatchObject({
      code: 'url_unreachable',
      reason: 'connect',
    });
  });
  it('by no address is named', async () => {
    await expect(guarded().fetch('https://nowhere.example.com/', PURPOSE, GET)).rejects.toMatchObject({
      reason: 'dns',
    });
    await expect(guarded().check('https://nowhere.example.com/', PURPOSE)).rejects.toMatchObject({
      reason: 'dns',
    });
  });
});
