import type { APIGatewayProxyEvent, Context } from 'aws-lambda';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { operation } from '#shared/contracts/http/operation.ts';
import { Problem } from '#shared/kernel/problems.ts';
import { httpHandler } from '#shared/runtime/http.ts';
import { openRoute, tenantRoute } from '#shared/runtime/routes.ts';
import { memoryGuards } from '../../memory/guards.ts';

const echo = operation({
  id: 'echo',
  tag: 'Search',
  method: 'POST',
  path: '/v1/echo/{name}',
  summary: 'Echo the request',
  policy: 'UploaderOrAdmin',
  params: z.object({ name: z.string().max(8) }),
  query: z.object({ times: z.coerce.number().default(1) }),
  body: z.object({ text: z.string(), size: z.coerce.number().optional() }),
  multipart: true,
  idempotent: true,
  reply: { status: 201, description: 'The echo', schema: z.looseObject({}) },
  problems: [],
});
const open = operation({
  id: 'open',
  tag: 'Service',
  method: 'GET',
  path: '/v1/open',
  summary: 'Open to all',
  policy: 'Open',
  reply: { status: 200, description: 'Yes', schema: z.looseObject({}) },
  problems: [],
});

const UPLOADER = {
  kind: 'key',
  tenant: 'acme',
  plan: 'free',
  scopes: 'deeplens.search deeplens.upload',
  subject: 'key_1',
};
let calls = 0;
const handler = httpHandler(
  [
    tenantRoute(echo, async ({ tenant, params, query, body, file, correlationId, baseUrl }) => {
      calls += 1;
      if (body.text === 'fail') throw new Error('a secret detail');
      if (body.text === 'busy') throw new Problem('dependency_unavailable', 'later', { retryAfter: 7 });
      return {
        tenant,
        ...params,
        ...query,
        ...body,
        file: file?.bytes.length,
        correlationId,
        baseUrl,
        calls,
      };
    }),
    openRoute(open, async () => ({ ok: true })),
  ],
  memoryGuards(),
);

async function call(
  change: Partial<APIGatewayProxyEvent> & { authorizer?: Record<string, string> | null } = {},
) {
  const { authorizer = UPLOADER, ...event } = change;
  const answer = await handler(
    {
      httpMethod: 'POST',
      path: '/v1/echo/bob',
      pathParameters: { name: 'bob' },
      queryStringParameters: null,
      headers: { 'Content-Type': 'application/json', Host: 'api.example' },
      body: JSON.stringify({ text: 'hello' }),
      isBase64Encoded: false,
      stageVariables: { base_url: 'https://api.example/api' },
      requestContext: { requestId: 'req-1', stage: 'api', domainName: 'id.execute-api.example', authorizer },
      ...event,
    } as unknown as APIGatewayProxyEvent, // the fields that a function reads
    { functionName: 'echo', awsRequestId: 'x', getRemainingTimeInMillis: () => 1000 } as Context,
  );
  return { status: answer.statusCode, headers: answer.headers ?? {}, body: JSON.parse(answer.body) };
}

describe('httpHandler', () => {
  it('passes the credential’s tenant and the parsed input to the route', async () => {
    const { status, body, headers } = await call({ queryStringParameters: { times: '3' } });
    expect(status).toBe(201);
    expect(body).toMatchObject({
      tenant: 'acme',
      name: 'bob',
      times: 3,
      text: 'hello',
      baseUrl: 'https://api.example/api',
    });
    expect(headers['x-correlation-id']).toBe('req-1');
  });

  it('uses the caller’s correlation id if it is safe to log', async () => {
    const withId = (id: string) =>
      call({ headers: { 'content-type': 'application/json', 'X-Correlation-Id': id } });
    expect((await withId('my-id.7')).headers['x-correlation-id']).toBe('my-id.7');
    expect((await withId('a\nb')).headers['x-correlation-id']).toBe('req-1');
  });

  it('takes the prefix of links from the configuration, never from a header', async () => {
    const headers = {
      'content-type': 'application/json',
      host: 'evil.example',
      'x-forwarded-host': 'evil.example',
      'x-forwarded-proto': 'ftp',
      forwarded: 'host=evil.example',
    };
    expect((await call({ headers })).body.baseUrl).toBe('https://api.example/api');
    const withoutVariable = await call({ headers, stageVariables: null });
    expect(withoutVariable.body.baseUrl).toBe('https://id.execute-api.example/api');
  });

  it('lists every invalid field by its pointer', async () => {
    const { status, body, headers } = await call({
      body: JSON.stringify({ size: 'x' }),
      pathParameters: { name: 'bob' },
    });
    expect(status).toBe(400);
    expect(headers['content-type']).toBe('application/problem+json');
    expect(body).toMatchObject({ code: 'invalid_request', status: 400, instance: 'req-1' });
    expect(body.errors.map(({ pointer }: { pointer: string }) => pointer)).toEqual(['/text', '/size']);
  });

  it.each([
    ['a call without credential', null, 401, 'unauthenticated'],
    ['a missing scope', { ...UPLOADER, scopes: 'deeplens.search' }, 403, 'missing_scope'],
    [
      'a refusal passed on by the authorizer',
      { refusal: 'tenant_suspended', detail: 'no' },
      403,
      'tenant_suspended',
    ],
    [
      'an operator without a tenant',
      { kind: 'operator', scopes: 'deeplens.admin', role: 'SystemAdmin', subject: 'op' },
      401,
      'unauthenticated',
    ],
  ])('refuses %s', async (_who, authorizer, status, code) => {
    expect(await call({ authorizer })).toMatchObject({ status, body: { code } });
  });

  it('serves open operations without a credential', async () => {
    expect(await call({ httpMethod: 'GET', path: '/v1/open', body: null, authorizer: null })).toMatchObject({
      status: 200,
    });
  });

  it('returns the matching code for invalid JSON, unknown routes and internal errors', async () => {
    expect(await call({ body: '{' })).toMatchObject({ status: 400, body: { code: 'invalid_request' } });
    expect(await call({ path: '/v1/nowhere' })).toMatchObject({ status: 404, body: { code: 'not_found' } });
    const fault = await call({ body: JSON.stringify({ text: 'fail' }) });
    expect(fault).toMatchObject({ status: 500, body: { code: 'internal_error' } });
    expect(JSON.stringify(fault.body)).not.toContain('secret');
  });

  it('lets pages of any origin read replies and refusals, with their headers', async () => {
    for (const { headers } of [
      await call(),
      await call({ body: '{' }),
      await call({ path: '/v1/nowhere' }),
    ]) {
      expect(headers['Access-Control-Allow-Origin']).toBe('*');
      expect(headers['Access-Control-Expose-Headers']).toContain('RateLimit, RateLimit-Policy, Retry-After');
    }
  });

  it('sets Retry-After', async () => {
    const { status, headers } = await call({ body: JSON.stringify({ text: 'busy' }) });
    expect([status, headers['retry-after']]).toEqual([503, '7']);
  });

  const sendFile = (disposition: string, bytes = Buffer.from([0, 255, 13, 10, 7])) => {
    const form = Buffer.concat([
      Buffer.from('--xyz\r\nContent-Disposition: form-data; name="text"\r\n\r\nhi\r\n'),
      Buffer.from(
        `--xyz\r\nContent-Disposition: form-data; ${disposition}\r\nContent-Type: image/jpeg\r\n\r\n`,
      ),
      bytes,
      Buffer.from('\r\n--xyz--\r\n'),
    ]);
    return call({
      headers: { 'content-type': 'multipart/form-data; boundary=xyz', host: 'h' },
      body: form.toString('base64'),
      isBase64Encoded: true,
    });
  };

  it.each(['file', 'image'])('reads a file, named %s, and fields of a multipart form', async (name) => {
    const { status, body } = await sendFile(`name="${name}"; filename="a.jpg"`);
    expect(status).toBe(201);
    expect(body).toMatchObject({ text: 'hi', file: 5 });
  });

  it('says which name the file of a form has, and that it lacks a file name', async () => {
    const misnamed = await sendFile('name="photo"; filename="a.jpg"');
    expect(misnamed).toMatchObject({ status: 400, body: { code: 'invalid_request' } });
    expect(misnamed.body.detail).toBe('The file of the form is named photo. Name its part file, or image.');
    expect(misnamed.body.errors).toEqual([
      { pointer: '/photo', message: 'is not known; did you mean file?' },
    ]);
    const unnamed = await sendFile('name="file"', Buffer.from('text'));
    expect(unnamed.body.detail).toContain('its part file has no file name');
  });

  it('runs a call once for its idempotency key', async () => {
    const headers = { 'content-type': 'application/json', 'Idempotency-Key': 'k1', host: 'h' };
    const [first, second] = [await call({ headers }), await call({ headers })];
    expect(second.body).toEqual(first.body);
  });
});
