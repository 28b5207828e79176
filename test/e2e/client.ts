import { randomUUID } from 'node:crypto';
import { ApiError, DeepLens } from '@deeplens/sdk';
import type * as z from 'zod';
import * as images from '#shared/contracts/http/images.ts';
import type { Operation } from '#shared/contracts/http/operation.ts';
import { createTenant } from '#shared/contracts/http/tenants.ts';
import type { PlanName } from '#shared/kernel/plans.ts';
import { postFile } from '../fixtures/post-file.ts';
import { expectAsDocumented } from './contract.ts';
import { readStack } from './stack.ts';

/** The emulator starts a process for a call: the first may take long. */
const CALL_MS = 120_000;

type Input<Schema> = Schema extends z.ZodType ? z.input<Schema> : never;

/** The input of an operation; `body` is sent as JSON, `form` as multipart. */
export interface Request<Op extends Operation> {
  params?: Input<NonNullable<Op['params']>>;
  query?: Record<string, string>;
  body?: Input<NonNullable<Op['body']>>;
  form?: FormData;
  headers?: Record<string, string>;
}

export interface Answer<Op extends Operation> {
  status: number;
  headers: Headers;
  /** Typed as the success; a refusal is a problem document. */
  body: z.output<Op['reply']['schema']> & { code?: string; detail?: string; errors?: { pointer: string }[] };
}

/** Calls an operation of the running service, and checks the reply against the OpenAPI document that it serves. */
export async function call<Op extends Operation>(
  operation: Op,
  request: Request<Op> = {},
): Promise<Answer<Op>> {
  const { status, headers, body } = await send(operation, request);
  const contentType = headers.get('content-type')?.split(';')[0] ?? '';
  await expectAsDocumented(operation, status, contentType, body);
  return { status, headers, body: body as Answer<Op>['body'] }; // checked against the document
}

/** Sends a request as it is, once, without checks: what a test sends may be wrong on purpose. */
async function send<Op extends Operation>({ method, path }: Op, request: Request<Op>) {
  const { params, query = {}, body, form, headers } = request;
  const values = new Map<string, unknown>(Object.entries(params ?? {}));
  const filled = path
    .replace('/v1', '')
    .replace(/\{(\w+)\}/g, (_placeholder, name: string) => encodeURIComponent(String(values.get(name))));
  const client = new DeepLens({ baseUrl: readStack().api_url, maxRetries: 0, timeoutMs: CALL_MS });
  const sent = client.request(method, filled, { query, body: form ?? body }, { headers });
  try {
    const { data, response } = await sent.withResponse();
    return { status: response.status, headers: response.headers, body: data ?? '' };
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    return { status: error.status, headers: error.headers, body: error.body ?? '' };
  }
}

/** Returns the secret in the reply to a creation. @throws Error if it shows none */
export function secretIn({ body }: { body: { api_key?: string | undefined } }): string {
  if (body.api_key === undefined) throw new Error(`no secret: ${JSON.stringify(body)}`);
  return body.api_key;
}

/** A caller with a tenant's key. */
export interface Client {
  tenant: string;
  key: string;
  call: typeof call;
}

/** Creates a tenant for one test, by default on the largest plan. */
export async function newTenant(name: string, plan: PlanName = 'enterprise'): Promise<Client> {
  const tenant = `${name}-${randomUUID().slice(0, 8)}`;
  const created = await call(createTenant, {
    body: { tenant_id: tenant, name, plan },
    headers: { authorization: `Bearer ${readStack().admin_token}` },
  });
  const key = secretIn(created);
  return {
    tenant,
    key,
    call: (operation, request = {}) =>
      call(operation, { ...request, headers: { 'x-api-key': key, ...request.headers } }),
  };
}

/** Polls until the condition holds. @throws Error with the last value after `timeoutMs` */
export async function eventually<Value>(
  poll: () => Promise<Value>,
  condition: (value: Value) => boolean,
  timeoutMs = 60_000,
): Promise<Value> {
  const end = Date.now() + timeoutMs;
  for (;;) {
    const value = await poll();
    if (condition(value)) return value;
    if (Date.now() > end)
      throw new Error(`condition not met after ${timeoutMs} ms: ${JSON.stringify(value).slice(0, 1000)}`);
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

/** Uploads an image by presigned POST, as a browser does. @returns its id */
export async function upload(
  client: Client,
  bytes: Uint8Array,
  file: {
    filename: string;
    content_type?: string;
    external_id?: string;
    metadata?: Record<string, string | string[]>;
  },
): Promise<string> {
  const { body } = await client.call(images.requestUploads, {
    body: { files: [{ content_type: 'image/jpeg', ...file, size: bytes.length }] },
  });
  const [first] = body.uploads;
  if (!first || !('url' in first)) throw new Error(`refused: ${JSON.stringify(body)}`);
  const posted = await postFile(first, bytes, file.content_type ?? 'image/jpeg');
  if (!posted.ok) throw new Error(`storage answered ${posted.status}: ${await posted.text()}`);
  return first.image_id;
}

/** Waits until an image is indexed or has failed. @returns its record */
export const settled = async (client: Client, image: string, timeoutMs?: number) =>
  (
    await eventually(
      () => client.call(images.getImage, { params: { image_id: image } }),
      ({ body }) => body.status === 'indexed' || body.status === 'failed',
      timeoutMs,
    )
  ).body;
