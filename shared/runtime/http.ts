import { createHash } from 'node:crypto';
import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware';
import { MetricUnit } from '@aws-lambda-powertools/metrics';
import { logMetrics } from '@aws-lambda-powertools/metrics/middleware';
import { captureLambdaHandler } from '@aws-lambda-powertools/tracer/middleware';
import middy from '@middy/core';
import httpHeaderNormalizer from '@middy/http-header-normalizer';
import httpJsonBodyParser from '@middy/http-json-body-parser';
import httpMultipartBodyParser from '@middy/http-multipart-body-parser';
import httpRouter from '@middy/http-router';
import type { APIGatewayProxyEvent, APIGatewayProxyResult, Context } from 'aws-lambda';
import type { z } from 'zod';
import type { Operation } from '#shared/contracts/http/operation.ts';
import type { Caller } from '#shared/kernel/caller.ts';
import type { TenantId } from '#shared/kernel/ids.ts';
import { Problem } from '#shared/kernel/problems.ts';
import { answerTo, type Call, type Doorkeepers, type Run, type TenantCall } from './call.ts';
import { correlate } from './correlation.ts';
import type { Idempotency } from './idempotency.ts';
import { sayLimits } from './limits.ts';
import { renderProblems } from './problem-responses.ts';
import { logger, metrics, tracer } from './telemetry.ts';

type Reply<Op extends Operation> = z.input<Op['reply']['schema']>;

/** An answer whose status is another than the operation's usual one. */
export class WithStatus<Body> {
  readonly status: number;
  readonly body: Body;
  constructor(status: number, body: Body) {
    this.status = status;
    this.body = body;
  }
}

/** What a repeated call has to repeat: what it says, and the file that it brings, however they were encoded. */
const payloadOf = ({
  params,
  query,
  body,
  file,
}: Pick<Call<Operation>, 'params' | 'query' | 'body' | 'file'>) =>
  JSON.stringify([params, query, body, file && createHash('sha256').update(file.bytes).digest('hex')]);

interface Route {
  method: Operation['method'];
  path: string;
  serve: (
    doors: Doorkeepers,
  ) => (event: APIGatewayProxyEvent, context: Context) => Promise<APIGatewayProxyResult>;
}

/** Serves an operation of a tenant: the tenant is the credential's, never the request's. */
export const tenantRoute = <Op extends Operation>(
  operation: Op,
  run: (call: TenantCall<Op>) => Promise<Reply<Op>>,
  idempotency?: Idempotency,
): Route =>
  serve(operation, async (call, event, context) => {
    const tenant = tenantOf(call.caller);
    const key = event.headers['idempotency-key'];
    if (!idempotency || !operation.idempotent || !key) return run({ ...call, tenant });
    return idempotency({ tenant, operation: operation.id, key, payload: payloadOf(call) }, context, () =>
      run({ ...call, tenant }),
    );
  });

/** Serves an operation that belongs to no tenant: the operator's, and the open ones. */
export const route = <Op extends Operation>(
  operation: Op,
  run: (call: Call<Op>) => Promise<Reply<Op> | WithStatus<Reply<Op>>>,
): Route => serve(operation, run);

const serve = <Op extends Operation>(operation: Op, run: Run<Op>): Route => ({
  method: operation.method,
  path: operation.path,
  serve: (doors) => async (event, context) => {
    const startedAt = performance.now();
    metrics.addDimension('operation', operation.id);
    const answer = await answerTo({ operation, event, context, doors }, run);
    metrics.addMetric('api_latency', MetricUnit.Milliseconds, performance.now() - startedAt);
    return answer instanceof WithStatus
      ? respond(answer.status, answer.body)
      : respond(operation.reply.status, answer);
  },
});

function tenantOf({ tenant }: Caller): TenantId {
  if (!tenant) throw new Problem('unauthenticated', 'The credential belongs to no tenant.');
  return tenant;
}

/** A Lambda function behind API Gateway that serves these routes to those whom its doorkeepers let in. */
export const httpFunction = (routes: readonly Route[], doors: Doorkeepers = {}) =>
  middy<APIGatewayProxyEvent, APIGatewayProxyResult>()
    .use(injectLambdaContext(logger, { resetKeys: true }))
    .use(logMetrics(metrics))
    .use(captureLambdaHandler(tracer, { captureResponse: false }))
    .use(httpHeaderNormalizer())
    .use(correlate())
    .use(sayLimits())
    .use(renderProblems())
    .use(httpJsonBodyParser({ disableContentTypeError: true }))
    .use(
      httpMultipartBodyParser({
        disableContentTypeError: true,
        busboy: { limits: { files: 1, fields: 32 } },
      }),
    )
    .handler(httpRouter(routes.map(({ method, path, serve }) => ({ method, path, handler: serve(doors) }))));

function respond(status: number, body: unknown): APIGatewayProxyResult {
  const headers = { 'content-type': 'application/json', 'cache-control': 'no-store' };
  if (status !== 302) return { statusCode: status, headers, body: JSON.stringify(body) };
  const { location } = body as { location: string }; // a 302's schema asks for it
  return { statusCode: status, headers: { 'cache-control': 'no-store', location }, body: '' };
}
