import { text } from 'node:stream/consumers';
import { toHttpHeadersLike } from '@azure/core-http-compat';
import { createHttpHeaders } from '@azure/core-rest-pipeline';
import type { HttpOperationResponse, IHttpClient, WebResource } from '@azure/storage-blob';
import { capBytes } from './byte-cap.ts';
import type { Guarded } from './guarded.ts';
import { guardedRequest } from './guarded-request.ts';

/** Bytes of a reply that the SDK reads into memory: a page of 1 000 of the longest names, escaped, has 4 MB. */
const MOST = 8_000_000;

/** Sends the requests of Azure's SDK through guarded agents, and caps what it reads into memory. */
export const azureHttpClient = (net: Guarded): IHttpClient => ({
  async sendRequest(request) {
    const signal = signalOf(request);
    const body = bodyOf(request);
    const reply = await guardedRequest(net, request.url, {
      method: request.method,
      headers: request.headers.toJson(),
      ...(body !== undefined && { body }),
      ...(signal && { signal }),
    });
    const status = reply.statusCode ?? 0;
    const headers = createHttpHeaders();
    for (const [name, value] of Object.entries(reply.headers))
      if (value !== undefined) headers.set(name, Array.isArray(value) ? value.join(', ') : value);
    const response: HttpOperationResponse = { request, status, headers: toHttpHeadersLike(headers) };
    const isStreamed =
      request.streamResponseStatusCodes?.has(status) || request.streamResponseStatusCodes?.has(Infinity);
    if (isStreamed) response.readableStreamBody = reply;
    else response.bodyAsText = await text(capBytes(reply, { maxBytes: MOST }));
    return response;
  },
});

function bodyOf({ body }: WebResource): string | Uint8Array | undefined {
  if (body === undefined || body === null) return undefined;
  if (typeof body === 'string' || body instanceof Uint8Array) return body;
  throw new TypeError('Only text and bytes are sent to Azure');
}

/** The SDK's own kind of signal has no more than an event. */
function signalOf({ abortSignal }: WebResource): AbortSignal | undefined {
  if (!abortSignal || abortSignal instanceof AbortSignal) return abortSignal;
  const control = new AbortController();
  if (abortSignal.aborted) control.abort();
  else abortSignal.addEventListener('abort', () => control.abort());
  return control.signal;
}
