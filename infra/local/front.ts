import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createProxyServer } from 'httpxy';
import pLimit from 'p-limit';

/**
 * Calls on their way at once. The emulator starts a process for each concurrent call of a function, and a burst would
 * choke the machine: beyond this they wait here.
 */
const IN_FLIGHT = 12;

export interface Front {
  origin: string;
  stop(): Promise<void>;
}

interface FrontOptions {
  /** Of loopback; 0 takes any free one. */
  port: number;
  emulatorUrl: string;
  apiId: string;
}

/** One origin for the browser and for clients: `/api/…` is the API's stage `api`, `/` a page that says so. */
export async function startFront({ port, emulatorUrl, apiId }: FrontOptions): Promise<Front> {
  const { host } = new URL(emulatorUrl);
  const proxy = createProxyServer({ target: emulatorUrl, proxyTimeout: 60_000 });
  const apiHost = `${apiId}.execute-api.localhost:${host.split(':')[1]}`;
  const limit = pLimit(IN_FLIGHT);

  const forward = async (request: IncomingMessage, response: ServerResponse) => {
    if (response.destroyed) return; // gave up while it waited
    // The API tells its own links by the name it was called by.
    request.headers['x-forwarded-host'] = request.headers.host ?? '';
    request.headers['x-forwarded-proto'] = 'http';
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
    detail: 'The API did not answer.',
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
