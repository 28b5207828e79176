import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';

export interface ScriptedServer {
  /** `127.0.0.1:port` */
  address: string;
  requests: IncomingMessage[];
  /** Answers what no reply was scripted for with 500. */
  reply(...replies: ((request: IncomingMessage, response: ServerResponse) => void)[]): void;
  stop(): Promise<void>;
}

/** Starts a server on loopback that answers what a test says, in order; the last reply again and again. */
export async function scriptedServer(): Promise<ScriptedServer> {
  let script: Parameters<ScriptedServer['reply']> = [];
  const requests: IncomingMessage[] = [];
  const server = createServer((request, response) => {
    requests.push(request);
    request.resume();
    const next = script.length > 1 ? script.shift() : script[0];
    if (next) next(request, response);
    else response.writeHead(500).end();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server has no port');
  return {
    address: `127.0.0.1:${address.port}`,
    requests,
    reply(...replies) {
      script = replies;
      requests.length = 0;
    },
    async stop() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

/** Returns a reply with a status, a body and headers. */
export const replied =
  (status: number, body: string | Buffer, headers: Record<string, string> = {}) =>
  (_: IncomingMessage, response: ServerResponse): void => {
    response.writeHead(status, headers).end(body);
  };
