import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware';
import middy from '@middy/core';
import httpHeaderNormalizer from '@middy/http-header-normalizer';
import httpRouter from '@middy/http-router';
import type { APIGatewayProxyEvent, APIGatewayProxyResult, Context } from 'aws-lambda';
import { CORS } from '#shared/kernel/cors.ts';
import { correlate, correlationIdOf } from './correlation.ts';
import { surviveExceptions, withExceptions } from './exceptions.ts';
import { limitHeaders } from './limits.ts';
import { renderProblems } from './problem-responses.ts';
import { logRequest, noteRequest } from './request-log.ts';
import type { Route } from './routes.ts';
import { inSpan } from './spans.ts';
import { logger } from './telemetry.ts';
import { WithStatus } from './with-status.ts';

/**
 * A Lambda function behind API Gateway that serves these routes, in a process of its own.
 * @param guards all that one of the routes needs; compilation fails if one is missing
 */
export function httpFunction<Guards>(routes: readonly Route<Guards>[], guards: NoInfer<Guards>) {
  surviveExceptions();
  return httpHandler(routes, guards);
}

/** The handler of such a function. */
export const httpHandler = <Guards>(routes: readonly Route<Guards>[], guards: NoInfer<Guards>) =>
  middy<APIGatewayProxyEvent, APIGatewayProxyResult>()
    .use(injectLambdaContext(logger, { resetKeys: true }))
    .use(httpHeaderNormalizer())
    .use(logRequest())
    .use(correlate())
    .use(limitHeaders())
    .use(corsHeaders())
    .use(renderProblems())
    .handler(
      httpRouter(
        routes.map((route) => ({
          method: route.operation.method,
          path: route.operation.path,
          handler: handlerOf(route, guards),
        })),
      ),
    );

/** Lets pages of any origin read every reply and its headers. */
const corsHeaders = (): middy.MiddlewareObj<APIGatewayProxyEvent, APIGatewayProxyResult> => {
  const addHeaders = ({ response }: middy.Request<APIGatewayProxyEvent, APIGatewayProxyResult>) => {
    if (response) response.headers = { ...response.headers, ...CORS.reply };
  };
  return { after: addHeaders, onError: addHeaders };
};

const handlerOf =
  <Guards>({ operation, serve }: Route<Guards>, guards: Guards) =>
  async (event: APIGatewayProxyEvent, context: Context): Promise<APIGatewayProxyResult> => {
    noteRequest(event, { operation: operation.id });
    const reply = await inSpan(
      `api ${operation.id}`,
      {
        kind: 'server',
        attributes: {
          'http.route': operation.path,
          'http.request.method': operation.method,
          correlation_id: correlationIdOf(event),
        },
      },
      () => withExceptions(() => serve({ event, context }, guards)),
    );
    return reply instanceof WithStatus
      ? respond(reply.status, reply.body)
      : respond(operation.reply.status, reply);
  };

function respond(status: number, body: unknown): APIGatewayProxyResult {
  const headers = { 'content-type': 'application/json', 'cache-control': 'no-store' };
  if (status !== 302) return { statusCode: status, headers, body: JSON.stringify(body) };
  const { location } = body as { location: string }; // the schema of a 302 reply requires it
  return { statusCode: status, headers: { 'cache-control': 'no-store', location }, body: '' };
}
