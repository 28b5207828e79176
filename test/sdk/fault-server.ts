import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';

/** How the server answers a request. */
export type Fault = keyof typeof ANSWERS;

/** A request as it came, for the suite. */
export interface Seen {
  method: string;
  path: string;
  key?: string | undefined;
  retry?: string | undefined;
}

const SLOW_MS = 1_500;
const PROBLEM = { 'content-type': 'application/problem+json' };

const refuse =
  (status: number, code: string, headers: object = {}) =>
  (response: ServerResponse) =>
    response
      .writeHead(status, { ...PROBLEM, 'x-correlation-id': 'req-1', ...headers })
      .end(
        JSON.stringify({ type: 'x', title: code, status, detail: `It is ${code}.`, code, instance: 'req-1' }),
      );
const succeed = (response: ServerResponse) =>
  response
    .writeHead(200, { 'content-type': 'application/json', 'x-correlation-id': 'req-2' })
    .end(JSON.stringify({ fine: true }));

const ANSWERS = {
  ok: succeed,
  '500': refuse(500, 'internal_error'),
  '503': refuse(503, 'dependency_unavailable', { 'retry-after': '1' }),
  '429': refuse(429, 'rate_limited', { 'retry-after': '0' }),
  '429-1s': refuse(429, 'rate_limited', { 'retry-after': '1' }),
  '409': refuse(409, 'request_in_progress'),
  conflict: refuse(409, 'conflict'),
  html: (response: ServerResponse) =>
    response.writeHead(502, { 'content-type': 'text/html' }).end('<html>Bad gateway</html>'),
  reset: (response: ServerResponse) => {
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': 1_000 });
    response.write('{"fine":');
    setTimeout(() => response.socket?.destroy(), 20);
  },
  slow: (response: ServerResponse) => setTimeout(() => succeed(response), SLOW_MS),
} as const;

/**
 * Answers as its URLs say: requests below `/faults/{id}/{fault,fault,…}/api` get the faults in order, then the last again;
 * `/seen/{id}` lists them. Everything else is an empty page.
 */
export async function startFaultServer(): Promise<{ url: string; stop(): Promise<void> }> {
  const seen = new Map<string, Seen[]>();
  const answer = (request: IncomingMessage, response: ServerResponse) => {
    const [, kind, id = '', script = '', ...path] = (request.url ?? '').split('/');
    if (kind === 'seen')
      return response
        .writeHead(200, { 'content-type': 'application/json' })
        .end(JSON.stringify(seen.get(id) ?? []));
    if (kind !== 'faults')
      return response
        .writeHead(200, { 'content-type': 'text/html' })
        .end('<!doctype html><title>SDK</title>');
    const requests = seen.get(id) ?? [];
    const faults = script.split(',') as Fault[]; // the suite names them
    const fault = faults[Math.min(requests.length, faults.length - 1)] ?? 'ok';
    const { 'idempotency-key': key, 'x-deeplens-retry-count': retry } = request.headers;
    requests.push({
      method: request.method ?? '',
      path: `/${path.slice(1).join('/')}`,
      key: key?.toString(),
      retry: retry?.toString(),
    });
    seen.set(id, requests);
    return ANSWERS[fault](response);
  };
  const server = createServer((request, response) => {
    request.on('end', () => answer(request, response)).resume();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  return {
    url: `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`,
    async stop() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}
