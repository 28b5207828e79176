import { once } from 'node:events';
import { createServer } from 'node:http';
import { text } from 'node:stream/consumers';
import { type Api, type ApiCall, problem } from './cli-run.ts';

/** Serves a stub of the API on a port of its own, for processes. */
export async function serveApi(api: Api): Promise<{ url: string; calls: ApiCall[]; stop: () => void }> {
  const calls: ApiCall[] = [];
  const server = createServer(async (request, response) => {
    const sent = await text(request);
    const call: ApiCall = {
      method: request.method ?? '',
      path: decodeURIComponent((request.url ?? '').replace('/api/v1', '')),
      headers: new Headers(
        Object.entries(request.headersDistinct).map(([name, values]) => [name, (values ?? []).join()]),
      ),
      body: sent ? JSON.parse(sent) : undefined,
    };
    calls.push(call);
    const { status = 200, body = {}, headers } = api(call) ?? problem(404, 'not_found');
    response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  return {
    url: `http://127.0.0.1:${port}/api/v1`,
    calls,
    stop: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}
