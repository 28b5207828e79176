import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { createProxyServer } from 'httpxy';
import pLimit from 'p-limit';
import * as z from 'zod';
import { PROBLEMS, type ProblemCode } from '#shared/kernel/problems.ts';
import { type ConsoleOptions, serveConsole } from './console/serve.ts';
import { CONTENT_TYPE } from './metrics/exposition.ts';
import { REFERENCE_HEADERS, referenceFiles } from './reference/files.ts';

/**
 * Maximum number of concurrent calls; others wait. The emulator starts a process per concurrent call, so that a burst
 * would overload the machine.
 */
const IN_FLIGHT = 12;
/** The most that API Gateway takes, in bytes. */
const BODY_BYTES = 10 * 1024 * 1024;
const PROBLEM_TYPE = 'application/problem+json';
/** The time in which a request must have arrived as a whole. */
const REQUEST_MS = 30_000;

export interface Front {
  origin: string;
  stop(): Promise<void>;
}

interface FrontOptions {
  /** On loopback; 0 selects a free one. */
  port: number;
  emulatorUrl: string;
  apiId: string;
  /** Returns what Prometheus scrapes at `/metrics`. */
  metrics?: () => Promise<string>;
  /** Serves the console at every other path. */
  console?: ConsoleOptions;
  requestMs?: number;
}

/**
 * Serves one origin for browsers and clients: `/api/…` proxies the API's stage `api`, `/docs` is its reference, `/metrics` is for
 * Prometheus, everything else is the console.
 */
export async function startFront({
  port,
  emulatorUrl,
  apiId,
  metrics,
  console,
  requestMs = REQUEST_MS,
}: FrontOptions): Promise<Front> {
  const { host } = new URL(emulatorUrl);
  const proxy = createProxyServer({ target: emulatorUrl, proxyTimeout: 60_000 });
  proxy.on('proxyRes', (reply, _request, response) => relay(reply, response));
  const apiHost = `${apiId}.execute-api.localhost:${host.split(':')[1]}`;
  const limit = pLimit(IN_FLIGHT);

  const pass = async (request: IncomingMessage, response: ServerResponse, body: Buffer) => {
    if (response.destroyed) return; // disconnected while waiting
    request.headers.host = apiHost;
    const done = new Promise<void>((resolve) => response.once('close', resolve));
    await proxy
      .web(request, response, { buffer: Readable.from([body]), selfHandleResponse: true })
      .catch(() => refuse(response, 502, 'dependency_unavailable', 'The API is unavailable.'));
    await done;
  };
  // A call waits for its turn once its body is there: one that comes slowly holds up no others.
  const forward = async (request: IncomingMessage, response: ServerResponse) => {
    const body = await readBody(request);
    if (body === 'too large') refuse(response, 413, 'payload_too_large', 'A request can have 10 MB.');
    else if (body) await limit(() => pass(request, response, body));
  };
  const server = createServer(
    { requestTimeout: requestMs, connectionsCheckingInterval: Math.min(requestMs, 1_000) },
    (request, response) => {
      if (/^\/api(\/|\?|$)/.test(request.url ?? '')) void forward(request, response);
      else if (metrics && request.url === '/metrics') void answerScrape(metrics, response);
      else if (/^\/docs(\/|$)/.test(request.url ?? '')) void serveReference(request, response);
      else if (console) void serveConsole(request.url ?? '/', response, console);
      else notFound(response);
    },
  );
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

const ProblemBody = z.record(z.string(), z.unknown());

/**
 * Passes a reply on. The emulator's own replies lack the id that API Gateway gives to each request, a 405 also in its body.
 */
function relay(reply: IncomingMessage, response: ServerResponse): void {
  const { connection: _, 'transfer-encoding': __, ...rest } = reply.headers; // those of this hop
  const { 'x-correlation-id': instance = randomUUID() } = rest;
  const headers = { ...rest, 'x-correlation-id': instance };
  const status = reply.statusCode ?? 502;
  if (status !== 405) return void reply.pipe(response.writeHead(status, headers));
  const named = (problem: string) =>
    problem && JSON.stringify({ ...ProblemBody.parse(JSON.parse(problem)), instance }); // empty for HEAD
  text(reply)
    .then(named)
    .then((body) => {
      response.writeHead(status, { ...headers, 'content-length': Buffer.byteLength(body) }).end(body);
    })
    .catch(() => response.destroy());
}

/** Returns undefined if the client breaks off, or takes too long and is disconnected. */
async function readBody(request: IncomingMessage): Promise<Buffer | 'too large' | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of request) {
      size += chunk.length;
      if (size <= BODY_BYTES) chunks.push(chunk); // the rest is read too: clients send all before they read the reply
    }
  } catch {
    return undefined;
  }
  return size > BODY_BYTES ? 'too large' : Buffer.concat(chunks);
}

function refuse(response: ServerResponse, status: number, code: ProblemCode, detail: string): void {
  if (response.headersSent) return void response.destroy();
  const instance = randomUUID();
  const problem = { type: 'about:blank', title: PROBLEMS[code].title, status, code, detail, instance };
  response
    .writeHead(status, { 'content-type': PROBLEM_TYPE, 'x-correlation-id': instance })
    .end(JSON.stringify(problem));
}

async function answerScrape(metrics: () => Promise<string>, response: ServerResponse): Promise<void> {
  try {
    const text = await metrics();
    response.writeHead(200, { 'content-type': CONTENT_TYPE }).end(text);
  } catch {
    refuse(response, 503, 'dependency_unavailable', 'The metrics cannot be read. Is the emulator up?');
  }
}

let reference: ReturnType<typeof referenceFiles> | undefined;

/** Serves the API's reference, which is made at its first request. */
async function serveReference(request: IncomingMessage, response: ServerResponse): Promise<void> {
  if (request.url === '/docs') return void response.writeHead(308, { location: '/docs/' }).end();
  reference ??= referenceFiles();
  const file = (await reference).get(request.url?.replace(/^\/docs\//, '') || 'index.html');
  if (!file) return notFound(response);
  response.writeHead(200, { ...REFERENCE_HEADERS, 'content-type': file.type }).end(file.text);
}

function notFound(response: ServerResponse): void {
  response.writeHead(404, { 'content-type': 'text/plain' }).end('Not found\n');
}
