import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createProxyServer } from 'httpxy';
import pLimit from 'p-limit';

/**
 * Maximum number of concurrent calls; others wait. The emulator starts a process per concurrent call, so that a burst
 * would overload the machine.
 */
const IN_FLIGHT = 12;

export interface Front {
  origin: string;
  stop(): Promise<void>;
}

interface FrontOptions {
  /** On loopback; 0 selects a free one. */
  port: number;
  emulatorUrl: string;
  apiId: string;
}

/** Serves one origin for browsers and clients: `/api/…` proxies the API's stage `api`, `/` is a page with links. */
export async function startFront({ port, emulatorUrl, apiId }: FrontOptions): Promise<Front> {
  const { host } = new URL(emulatorUrl);
  const proxy = createProxyServer({ target: emulatorUrl, proxyTimeout: 60_000 });
  const apiHost = `${apiId}.execute-api.localhost:${host.split(':')[1]}`;
  const limit = pLimit(IN_FLIGHT);

  const forward = async (request: IncomingMessage, response: ServerResponse) => {
    if (response.destroyed) return; // disconnected while waiting
    request.headers.host = apiHost;
    const done = new Promise<void>((resolve) => response.once('close', resolve));
    await proxy.web(request, response).catch(() => badGateway(response));
    await done;
  };
  const server = createServer((request, response) => {
    if (/^\/api(\/|\?|$)/.test(request.url ?? '')) void limit(() => forward(request, response));
    else page(request, response);
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const actual = typeof address === 'object' && address ? address.port : port;
  return {
    origin: `http://127.0.0.1:${actual}`,
    stop: async () => {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

function badGateway(response: ServerResponse): void {
  if (response.headersSent) return void response.destroy();
  const problem = {
    type: 'about:blank',
    title: 'Bad gateway',
    status: 502,
    code: 'dependency_unavailable',
    detail: 'The API is unavailable.',
  };
  response.writeHead(502, { 'content-type': 'application/problem+json' }).end(JSON.stringify(problem));
}

function page(request: IncomingMessage, response: ServerResponse): void {
  if (request.url !== '/')
    return void response.writeHead(404, { 'content-type': 'text/plain' }).end('Not found\n');
  response
    .writeHead(200, { 'content-type': 'text/html; charset=utf-8' })
    .end(
      '<!doctype html><html lang="en"><title>DeepLens</title><h1>DeepLens is up</h1>' +
        '<p>The API: <a href="/api/v1/health/ready">/api/v1/health/ready</a>, ' +
        '<a href="/api/v1/openapi.json">/api/v1/openapi.json</a>.</p></html>\n',
    );
}
