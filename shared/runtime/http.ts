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
import type { Operation } from '#shared/api/operation.ts';
import type { TenantId } from '#shared/domain/ids.ts';
import { Problem } from '#shared/domain/problems.ts';
import type { Caller } from '#shared/domain/tenant.ts';
import { authorize, callerOf } from './caller.ts';
import { correlate, correlationIdOf } from './correlation.ts';
import type { Idempotency } from './idempotency.ts';
import { parseInput, takeFile, type UploadedFile } from './input.ts';
import { renderProblems } from './problem-responses.ts';
import { logger, metrics, tracer } from './telemetry.ts';

/** A call that passed its policy, with its input parsed by the operation's schemas. */
export interface Call<Op extends Operation> {
  caller: Caller;
  params: z.output<NonNullable<Op['params']>>;
  query: z.output<NonNullable<Op['query']>>;
  body: z.output<NonNullable<Op['body']>>;
  /** The part named `file` of a multipart form. */
  file?: UploadedFile;
  correlationId: string;
  /** Where the API's own links begin, `https://host/stage`. */
  baseUrl: string;
}
export type TenantCall<Op extends Operation> = Call<Op> & { tenant: TenantId };
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
  handler: (event: APIGatewayProxyEvent, context: Context) => Promise<APIGatewayProxyResult>;
}

/** Serves an operation of a tenant: the tenant is the credential's, never the request's. */
export const tenantRoute = <Op extends Operation>(
  operation: Op,
  run: (call: TenantCall<Op>) => Promise<Reply<Op>>,
  idempotency?: Idempotency,
): Route =>
  serve(operation, async (call, event, context) => {
    const { tenant } = call.caller;
    if (!tenant) throw new Problem('unauthenticated', 'The credential belongs to no tenant.');
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

function serve<Op extends Operation>(
  operation: Op,
  run: (call: Call<Op>, event: APIGatewayProxyEvent, context: Context) => Promise<unknown>,
): Route {
  return {
    method: operation.method,
    path: operation.path,
    handler: async (event, context) => {
      const startedAt = performance.now();
      metrics.addDimension('operation', operation.id);
      const caller = callerOf(event);
      logger.appendKeys({ operation: operation.id, tenant_id: caller.tenant, caller: caller.subject });
      authorize(caller, operation.policy);
      const file = operation.multipart ? takeFile(event) : undefined;
      const call = {
        caller,
        ...parseInput(operation, event),
        ...(file && { file }),
        correlationId: correlationIdOf(event),
        baseUrl: baseUrlOf(event),
      } as Call<Op>; // parseInput has parsed each part by the operation's own schema
      const answer = await run(call, event, context);
      metrics.addMetric('api_latency', MetricUnit.Milliseconds, performance.now() - startedAt);
      return answer instanceof WithStatus
        ? respond(answer.status, answer.body)
        : respond(operation.reply.status, answer);
    },
  };
}

/** A Lambda function behind API Gateway that serves these routes. */
export const httpFunction = (routes: readonly Route[]) =>
  middy<APIGatewayProxyEvent, APIGatewayProxyResult>()
    .use(injectLambdaContext(logger, { resetKeys: true }))
    .use(logMetrics(metrics))
    .use(captureLambdaHandler(tracer, { captureResponse: false }))
    .use(httpHeaderNormalizer())
    .use(correlate())
    .use(renderProblems())
    .use(httpJsonBodyParser({ disableContentTypeError: true }))
    .use(
      httpMultipartBodyParser({
        disableContentTypeError: true,
        busboy: { limits: { files: 1, fields: 32 } },
      }),
    )
    .handler(httpRouter([...routes]));

function respond(status: number, body: unknown): APIGatewayProxyResult {
  const headers = { 'content-type': 'application/json', 'cache-control': 'no-store' };
  if (status !== 302) return { statusCode: status, headers, body: JSON.stringify(body) };
  const { location } = body as { location: string }; // a 302's schema asks for it
  return { statusCode: status, headers: { 'cache-control': 'no-store', location }, body: '' };
}

/** A proxy in front says by which name it was called. */
function baseUrlOf(event: APIGatewayProxyEvent): string {
  const host = event.headers['x-forwarded-host'] ?? event.headers.host ?? event.requestContext.domainName;
  const protocol = event.headers['x-forwarded-proto'] ?? 'https';
  const stage = event.requestContext.path?.replace(event.path, '') ?? `/${event.requestContext.stage}`;
  return `${protocol}://${host}${stage}`;
}
