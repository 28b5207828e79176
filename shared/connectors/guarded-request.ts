import { once } from 'node:events';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { Guarded } from './guarded.ts';

/** Milliseconds that a connection may say nothing. */
const IDLE = 30_000;

export interface StorageRequest {
  method: string;
  headers: Record<string, string>;
  body?: string | Uint8Array;
  signal?: AbortSignal;
}

/** Sends a request to an endpoint that a tenant may have named, and returns the reply as it comes. Follows no redirect. */
export async function guardedRequest(
  { agents }: Guarded,
  url: string,
  { method, headers, body, signal }: StorageRequest,
): Promise<IncomingMessage> {
  const isPlain = url.startsWith('http:');
  const send = isPlain ? httpRequest : httpsRequest;
  const agent = isPlain ? agents.http : agents.https;
  const request = send(url, { method, headers, agent, timeout: IDLE, ...(signal && { signal }) });
  const timedOut = () =>
    request.destroy(Object.assign(new Error('The connection says nothing'), { code: 'ETIMEDOUT' }));
  request.once('timeout', timedOut);
  request.end(body);
  const [reply] = (await once(request, 'response')) as [IncomingMessage]; // what node:http gives
  return reply;
}
