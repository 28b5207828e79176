import type middy from '@middy/core';
import type { APIGatewayProxyEvent, APIGatewayProxyResult } from 'aws-lambda';
import type { DimensionsOf } from '#shared/kernel/metrics.ts';
import type { Problem } from '#shared/kernel/problems.ts';
import { emit } from './emit.ts';
import { logger } from './telemetry.ts';

/** What is known of a request beside its event and its reply. */
interface Noted {
  startedAt: number;
  /** The operation's id; absent where the API has no such operation. */
  operation?: string;
  /** Why it was refused, or failed. */
  problem?: Problem;
}
const noted = new WeakMap<APIGatewayProxyEvent, Noted>();

/** Adds to what the line of the request tells. */
export function noteRequest(event: APIGatewayProxyEvent, more: Omit<Partial<Noted>, 'startedAt'>): void {
  const known = noted.get(event);
  if (known) Object.assign(known, more);
}

/** Characters of a user agent that are logged. */
const MAX_USER_AGENT = 256;

/**
 * Writes one line for each request, and its metrics. The line has the method, the route as a template, the status, the
 * duration and the user agent; the logger adds tenant, caller and correlation id. Never headers, bodies or queries: keys,
 * tokens and images are in them.
 */
export const logRequest = (): middy.MiddlewareObj<APIGatewayProxyEvent, APIGatewayProxyResult> => {
  const write = ({ event, response }: middy.Request<APIGatewayProxyEvent, APIGatewayProxyResult>) => {
    const { startedAt, operation, problem } = noted.get(event) ?? { startedAt: performance.now() };
    const ms = performance.now() - startedAt;
    const status = response?.statusCode ?? 500;
    const route = operation ?? 'unknown';
    emit('http_requests_total', 1, { route, code: classOf(status) });
    emit('http_request_duration_seconds', ms / 1000, { route });
    logger.info('request', {
      operation: route,
      method: event.httpMethod,
      route: operation === undefined ? 'unknown' : event.resource,
      status,
      ms: Math.round(ms),
      user_agent: (event.headers?.['user-agent'] ?? 'unknown').slice(0, MAX_USER_AGENT).toWellFormed(),
      ...(problem && { code: problem.code, detail: problem.message }),
    });
  };
  return {
    before: ({ event }) => void noted.set(event, { startedAt: performance.now() }),
    after: write,
    onError: write,
  };
};

function classOf(status: number): DimensionsOf<'http_requests_total'>['code'] {
  if (status === 429) return '429';
  if (status >= 500) return '5xx';
  if (status >= 400) return '4xx';
  return status >= 300 ? '3xx' : '2xx';
}
