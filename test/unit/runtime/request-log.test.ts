import type { APIGatewayProxyEvent, Context } from 'aws-lambda';
import { afterEach, expect, it, vi } from 'vitest';
import * as z from 'zod';
import { operation } from '#shared/contracts/http/operation.ts';
import { httpHandler } from '#shared/runtime/http.ts';
import { isStep, subjectOf } from '#shared/runtime/message-log.ts';
import { openRoute } from '#shared/runtime/routes.ts';
import { logger } from '#shared/runtime/telemetry.ts';
import { writtenMetrics } from './written-metrics.ts';

const SECRET = 'dl_live_0123456789';
const echo = operation({
  id: 'echo',
  tag: 'Service',
  method: 'POST',
  path: '/v1/echo/{name}',
  summary: 'Echo',
  policy: 'Open',
  params: z.object({ name: z.string().max(8) }),
  query: z.object({ key: z.string().max(100).optional() }),
  body: z.object({ image: z.string().max(100) }),
  reply: { status: 200, description: 'Yes', schema: z.looseObject({}) },
  problems: [],
});
const handler = httpHandler([openRoute(echo, async () => ({}))], {});
const call = (path: string, body: object) =>
  handler(
    {
      httpMethod: 'POST',
      path,
      resource: '/v1/echo/{name}',
      headers: {
        'x-api-key': SECRET,
        Authorization: `Bearer ${SECRET}`,
        'content-type': 'application/json',
        'User-Agent': 'curl/8',
        'X-Correlation-Id': 'mine',
      },
      queryStringParameters: { key: SECRET },
      pathParameters: { name: 'one' },
      body: JSON.stringify(body),
      requestContext: { requestId: 'r1' },
    } as unknown as APIGatewayProxyEvent,
    { functionName: 'deeplens-local-echo' } as unknown as Context,
  );

afterEach(() => vi.restoreAllMocks());

it('writes one line for a request, without key, token, query or body', async () => {
  const metrics = writtenMetrics();
  const info = vi.spyOn(logger, 'info').mockReturnValue(undefined);
  await call('/v1/echo/one', { image: 'aGVsbG8=' });
  expect(info).toHaveBeenCalledTimes(1);
  expect(info.mock.lastCall).toEqual([
    'request',
    {
      operation: 'echo',
      method: 'POST',
      route: '/v1/echo/{name}',
      status: 200,
      ms: expect.any(Number),
      user_agent: 'curl/8',
    },
  ]);
  expect(logger.getPersistentLogAttributes?.() ?? {}).not.toHaveProperty('x-api-key');
  expect(metrics.map(({ name, dimensions }) => [name, dimensions[0]])).toEqual([
    ['http_requests_total', { route: 'echo', code: '2xx' }],
    ['http_request_duration_seconds', { route: 'echo' }],
  ]);
});

it('tells why a call was refused, in the same line', async () => {
  const metrics = writtenMetrics();
  const info = vi.spyOn(logger, 'info').mockReturnValue(undefined);
  await call('/v1/echo/one', {});
  await call('/v1/nothing', {});
  expect(info.mock.calls.map(([, line]) => line)).toMatchObject([
    { operation: 'echo', status: 400, code: 'invalid_request' },
    { operation: 'unknown', route: 'unknown', status: 404, code: 'not_found' },
  ]);
  expect(
    metrics.filter(({ name }) => name === 'http_requests_total').map(({ dimensions }) => dimensions[0]),
  ).toEqual([
    { route: 'echo', code: '4xx' },
    { route: 'unknown', code: '4xx' },
  ]);
  expect(JSON.stringify(info.mock.calls)).not.toContain(SECRET);
});

it('knows of a message whose it is and what it is about, and nothing else', () => {
  const image_id = 'img_01M6B5CJM0JY83F3QXWKQQR25S';
  const event = {
    tenantid: 'acme',
    subject: image_id,
    correlationid: 'mine',
    type: 'images.indexed',
    data: { x: 1 },
  };
  expect(subjectOf(event)).toEqual({
    tenant_id: 'acme',
    image_id,
    correlation_id: 'mine',
    type: 'images.indexed',
  });
  const upload = { Records: [{ s3: { object: { key: `incoming/acme/${image_id}` } } }] };
  expect(subjectOf(upload)).toEqual({ tenant_id: 'acme', image_id });
  expect(isStep(subjectOf(upload))).toBe(true);
  expect(isStep(subjectOf({ tenantid: 'acme', subject: 'searchSimilarity' }))).toBe(false);
  expect(subjectOf('not an object')).toEqual({});
});
