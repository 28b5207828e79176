import { createServer, get, type Server } from 'node:http';
import { get as getSecurely } from 'node:https';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { Problem } from '#shared/kernel/problems.ts';
import { guardedAgents } from '#shared/web/guarded-agents.ts';
import { UNSAFE_ANSWERS, UNSAFE_LITERALS } from './unsafe-urls.ts';

let server: Server;
let port: number;
let connections = 0;
beforeAll(async () => {
  server = createServer((_, response) => response.end('SECRET'));
  server.on('connection', () => {
    connections += 1;
  });
  await new Promise<void>((resolve) => server.listen(0, '::', resolve));
  port = (server.address() as AddressInfo).port;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});
beforeEach(() => {
  connections = 0;
});

const call = (agents: ReturnType<typeof guardedAgents>, hostname: string, secure = false) =>
  new Promise<string>((resolve) => {
    const answer = (response: { statusCode?: number | undefined; resume: () => void }) => {
      response.resume();
      resolve(String(response.statusCode));
    };
    const request = secure
      ? getSecurely({ agent: agents.https, hostname, port }, answer)
      : get({ agent: agents.http, hostname, port }, answer);
    request.on('error', (error) => resolve(error instanceof Problem ? error.code : String(error)));
  });
const nowhere = { allowed: [], resolve: async (name: string) => UNSAFE_ANSWERS[name] ?? [] };

it.each(UNSAFE_LITERALS)('refuse %s', async (url) => {
  const hostname = URL.parse(url)?.hostname ?? '';
  expect(await call(guardedAgents({ allowed: [] }), hostname)).toBe('unsafe_url');
  expect(await call(guardedAgents({ allowed: [] }), hostname, true)).toBe('unsafe_url');
  expect(connections).toBe(0);
});

it.each(Object.keys(UNSAFE_ANSWERS))('refuse the answers of %s', async (name) => {
  expect(await call(guardedAgents(nowhere), name)).toBe('unsafe_url');
  expect(await call(guardedAgents(nowhere), name, true)).toBe('unsafe_url');
  expect(connections).toBe(0);
});

it('refuse forms of addresses that only the resolver knows', async () => {
  for (const hostname of ['2130706433', '0x7f000001', '127.1'])
    expect(await call(guardedAgents({ allowed: [] }), hostname)).not.toBe('200');
  expect(connections).toBe(0);
});

it('reach configured addresses, by number and by name', async () => {
  const guard = { allowed: [`127.0.0.1:${port}`], resolve: async () => ['127.0.0.1'] };
  const agents = guardedAgents(guard);
  expect(await call(agents, '127.0.0.1')).toBe('200');
  expect(await call(agents, 'receiver.test')).toBe('200');
  agents.http.destroy();
});
