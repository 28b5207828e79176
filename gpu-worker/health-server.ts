import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { WorkerHealth } from './worker-health.ts';

/** Serves `/live` and `/ready` with 200 or 503 on loopback, for the container's health check. */
export async function healthServer(port: number, { isLive, isReady }: WorkerHealth): Promise<Server> {
  const checks = new Map([
    ['/live', isLive],
    ['/ready', isReady],
  ]);
  const server = createServer((request, response) => {
    const check = checks.get(request.url ?? '');
    const status = check ? (check() ? 200 : 503) : 404;
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ status: status === 200 ? 'ok' : 'down' }));
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  return server;
}
