import { randomUUID } from 'node:crypto';
import type middy from '@middy/core';
import type { APIGatewayProxyEvent, APIGatewayProxyResult } from 'aws-lambda';
import { logger } from './telemetry.ts';

export const CORRELATION_HEADER = 'x-correlation-id';
/** A caller's own id is taken where it is harmless in a log line. */
const ACCEPTABLE = /^[\w.-]{1,64}$/;

/** What of an event it takes; the header names in lower case. */
interface Correlated {
  headers?: Readonly<Record<string, string | undefined>> | null;
  requestContext?: { requestId?: string };
}

/** The caller's correlation id, else the gateway's request id. */
export function correlationIdOf(event: Correlated): string {
  const given = event.headers?.[CORRELATION_HEADER];
  if (given && ACCEPTABLE.test(given)) return given;
  return event.requestContext?.requestId ?? randomUUID();
}

/** Puts the correlation id on every log line of the request and on its response. */
export const correlate = (): middy.MiddlewareObj<APIGatewayProxyEvent, APIGatewayProxyResult> => {
  const answer = (request: middy.Request<APIGatewayProxyEvent, APIGatewayProxyResult>) => {
    if (!request.response) return;
    request.response.headers = {
      ...request.response.headers,
      [CORRELATION_HEADER]: correlationIdOf(request.event),
    };
  };
  return {
    before: ({ event }) => logger.appendKeys({ correlation_id: correlationIdOf(event) }),
    after: answer,
    onError: answer,
  };
};
