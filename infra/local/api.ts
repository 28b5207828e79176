import type { z } from 'zod';
import type { Operation } from '#shared/contracts/http/operation.ts';
import { PlainError } from './steps.ts';

type Input<Schema> = Schema extends z.ZodType ? z.input<Schema> : never;

/** The input of an operation; `body` is sent as JSON, `form` as multipart. */
export interface Request<Op extends Operation> {
  params?: Input<NonNullable<Op['params']>>;
  query?: Record<string, string>;
  body?: Input<NonNullable<Op['body']>>;
  form?: FormData;
  headers?: Record<string, string>;
}

export interface Reply {
  status: number;
  headers: Headers;
  contentType: string;
  /** Parsed, if it is JSON. */
  body: unknown;
}

/** Calls an operation of the service at `apiUrl` and returns its reply, refusals and redirects included. */
export async function send<Op extends Operation>(
  apiUrl: string,
  { method, path }: Op,
  { params, query, body, form, headers }: Request<Op> = {},
): Promise<Reply> {
  const values = new Map<string, unknown>(Object.entries(params ?? {}));
  const filled = path
    .replace('/v1', '')
    .replace(/\{(\w+)\}/g, (_placeholder, name: string) => encodeURIComponent(String(values.get(name))));
  const search = query ? `?${new URLSearchParams(query)}` : '';
  const response = await fetch(`${apiUrl}${filled}${search}`, {
    method,
    redirect: 'manual',
    headers: { ...(body !== undefined && { 'content-type': 'application/json' }), ...headers },
    ...(body !== undefined && { body: JSON.stringify(body) }),
    ...(form && { body: form }),
  });
  const contentType = response.headers.get('content-type')?.split(';')[0] ?? '';
  const text = await response.text();
  return {
    status: response.status,
    headers: response.headers,
    contentType,
    body: text && contentType.includes('json') ? JSON.parse(text) : text,
  };
}

/** Calls operations and returns their parsed replies. @throws PlainError with the problem document of a refusal */
export type Api = <Op extends Operation>(
  operation: Op,
  request?: Request<Op>,
) => Promise<z.output<Op['reply']['schema']>>;

/** @param credentials the headers that authenticate every call */
export const apiAt =
  (apiUrl: string, credentials: Record<string, string>): Api =>
  async <Op extends Operation>(operation: Op, request: Request<Op> = {}) => {
    const headers = { ...credentials, ...request.headers };
    const { status, body } = await send(apiUrl, operation, { ...request, headers });
    if (status >= 300)
      throw new PlainError(
        `${operation.method} ${operation.path} failed with ${status}:\n  ${JSON.stringify(body)}`,
      );
    // The compiler does not follow the schema of a generic operation.
    return operation.reply.schema.parse(body) as z.output<Op['reply']['schema']>;
  };
