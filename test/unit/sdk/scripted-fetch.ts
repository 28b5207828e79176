import type { ClientOptions, Fetch } from '@deeplens/sdk';
import { DeepLens } from '@deeplens/sdk';

/** A request as `fetch` was given it. */
export interface Sent {
  method: string;
  path: string;
  query: URLSearchParams;
  headers: Headers;
  body: unknown;
}

/** What a scripted fetch answers with, or the error that it throws. */
export type Script = Response | Error | (() => Response | Promise<Response>);

const BASE = 'https://api.example.com/api/v1';

/** Returns a reply of the API. */
export const reply = (
  body: unknown,
  { status = 200, headers = {} }: { status?: number; headers?: object } = {},
) =>
  new Response(JSON.stringify(body), {
    status,
    headers: { 'content-type': 'application/json', 'x-correlation-id': 'req-1', ...headers },
  });

/** Returns a refusal of the API. */
export const refusal = (status: number, code: string, headers: object = {}) =>
  reply(
    { type: 'about:blank', title: code, status, code, detail: `It is ${code}.`, instance: 'req-1' },
    {
      status,
      headers: { 'content-type': 'application/problem+json', ...headers },
    },
  );

/** Returns a client whose calls are answered by the script, in order; its last answer is repeated. */
export function scripted(script: readonly Script[], options: ClientOptions = {}) {
  const sent: Sent[] = [];
  const fetch: Fetch = async (url, { method = 'GET', headers, body }) => {
    const { pathname, searchParams } = new URL(url);
    const given = new Headers(headers);
    sent.push({
      method,
      path: pathname.replace('/api/v1', ''),
      query: searchParams,
      headers: given,
      body: given.get('content-type') === 'application/json' ? JSON.parse(String(body)) : body,
    });
    const answer = script[Math.min(sent.length, script.length) - 1];
    if (answer instanceof Response) return answer.clone();
    if (answer === undefined || answer instanceof Error) throw answer;
    return answer();
  };
  const client = new DeepLens({ baseUrl: BASE, apiKey: 'dl_live_k_s', retryDelayMs: 0, fetch, ...options });
  return { client, sent };
}
