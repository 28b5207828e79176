import { randomUUID } from 'node:crypto';
import type { z } from 'zod';
import * as images from '#shared/contracts/http/images.ts';
import type { Operation } from '#shared/contracts/http/operation.ts';
import { createTenant } from '#shared/contracts/http/tenants.ts';
import type { PlanName } from '#shared/kernel/plans.ts';
import { expectAsDocumented } from './contract.ts';
import { readStack } from './stack.ts';

type Input<Schema> = Schema extends z.ZodType ? z.input<Schema> : never;

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

/** Calls an operation of the running service; every reply is held against the served OpenAPI document. */
export async function call<Op extends Operation>(
  operation: Op,
  request: Request<Op> = {},
): Promise<Answer<Op>> {
  const path = operation.path
    .replace('/v1', '')
    .replace(/\{(\w+)\}/g, (_whole, name: string) => String(Object(request.params)[name]));
  const query = request.query ? `?${new URLSearchParams(request.query)}` : '';
  const reply = await fetch(`${readStack().api_url}${path}${query}`, {
    method: operation.method,
    redirect: 'manual',
    headers: {
      ...(request.body !== undefined && { 'content-type': 'application/json' }),
      ...request.headers,
    },
    ...(request.body !== undefined && { body: JSON.stringify(request.body) }),
    ...(request.form && { body: request.form }),
  });
  const contentType = reply.headers.get('content-type') ?? '';
  const text = await reply.text();
  const body = text && contentType.includes('json') ? JSON.parse(text) : text;
  await expectAsDocumented(operation, reply.status, contentType, body);
  return { status: reply.status, headers: reply.headers, body };
}

/** A caller with a tenant's key. */
export interface Client {
  tenant: string;
  key: string;
  call: typeof call;
}

/** A tenant of its own for a test, on the widest plan unless it says otherwise. */
export async function newTenant(name: string, plan: PlanName = 'enterprise'): Promise<Client> {
  const tenant = `${name}-${randomUUID().slice(0, 8)}`;
  const { body, status } = await call(createTenant, {
    body: { tenant_id: tenant, name, plan },
    headers: { authorization: `Bearer ${readStack().admin_token}` },
  });
  if (status !== 201) throw new Error(`no tenant: ${status} ${JSON.stringify(body)}`);
  const key = body.api_key;
  return {
    tenant,
    key,
    call: (operation, request = {}) =>
      call(operation, { ...request, headers: { 'x-api-key': key, ...request.headers } }),
  };
}

/** Waits for a condition; the error says what was seen last. */
export async function eventually<Found>(
  look: () => Promise<Found>,
  isThere: (found: Found) => boolean,
  timeoutMs = 60_000,
): Promise<Found> {
  const end = Date.now() + timeoutMs;
  for (;;) {
    const found = await look();
    if (isThere(found)) return found;
    if (Date.now() > end)
      throw new Error(`still not so after ${timeoutMs} ms: ${JSON.stringify(found).slice(0, 1000)}`);
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

/** Uploads a picture the way a browser does, by presigned POST. @returns its id */
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
  if (!first || 'error' in first) throw new Error(`refused: ${JSON.stringify(body)}`);
  const posted = await post(first, bytes, file.content_type ?? 'image/jpeg');
  if (!posted.ok) throw new Error(`storage answered ${posted.status}: ${await posted.text()}`);
  return first.image_id;
}

/** Posts bytes with a presigned form. */
export function post(
  form: { url: string; fields: Record<string, string> },
  bytes: Uint8Array,
  contentType: string,
): Promise<Response> {
  const data = new FormData();
  for (const [name, value] of Object.entries(form.fields)) data.append(name, value);
  data.append('file', new Blob([Buffer.from(bytes)], { type: contentType }));
  return fetch(form.url, { method: 'POST', body: data });
}

/** Waits until the picture has come to the end of its way. */
export const settled = async (client: Client, image: string, timeoutMs?: number) =>
  (
    await eventually(
      () => client.call(images.getImage, { params: { image_id: image } }),
      ({ body }) => body.status === 'indexed' || body.status === 'failed',
      timeoutMs,
    )
  ).body;
