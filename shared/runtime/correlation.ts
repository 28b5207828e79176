import { randomUUID } from 'node:crypto';
import type middy from '@middy/core';
import type { APIGatewayProxyEvent, APIGatewayProxyResult } from 'aws-lambda';
import { logger } from './telemetry.ts';

export const CORRELATION_HEADER = 'x-correlation-id';
/** Callers' ids that are safe in a log line. */
const ACCEPTABLE = /^[\w.-]{1,64}$/;

/** Header names are in lower case. */
interface Correlated {
  headers?: Readonly<Record<string, string | undefined>> | null;
  requestContext?: { requestId?: string };
}

/** Returns the caller's correlation id if it is acceptable, else the gateway's request id. */
export function correlationIdOf(event: Correlated): string {
  const given = event.headers?.[CORRELATION_HEADER];
  if (given && ACCEPTABLE.test(given)) return given;
  return event.requestContext?.requestId ?? randomUUID();
}

/** Adds the correlation id to every log line of the request and to its response. */
export const correlate = (): middy.MiddlewareObj<APIGatewayProxyEvent, APIGatewayProxyResult> => {
  const addHeader = (request: middy.Request<APIGatewayProxyEvent, APIGatewayProxyResult>) => {
    if (!request.response) return;
    request.response.headers = {
      ...request.response.headers,
      [CORRELATION_HEADER]: correlationIdOf(request.event),
    };
  };
  return {
    before: ({ event }) => logger.appendKeys({ correlation_id: correlationIdOf(event) }),
    after: addHeader,
    onError: addHeader,
  };
};
