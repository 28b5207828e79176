import { MetricUnit } from '@aws-lambda-powertools/metrics';
import type middy from '@middy/core';
import type { APIGatewayProxyEvent, APIGatewayProxyResult } from 'aws-lambda';
import { Problem } from '#shared/kernel/problems.ts';
import { correlationIdOf } from './correlation.ts';
import { logger, metrics } from './telemetry.ts';

/** What Middy's own middlewares throw carries an HTTP status: a body that cannot be parsed, a route that is not there. */
function toProblem(error: unknown): Problem {
  if (error instanceof Problem) return error;
  const status = error instanceof Error && 'statusCode' in error ? error.statusCode : undefined;
  if (status === 404) return new Problem('not_found', 'There is no such call in this API.', { cause: error });
  if (status === 400 || status === 415 || status === 422)
    return new Problem('invalid_request', 'The body cannot be read as what its content-type says it is.', {
      cause: error,
    });
  return new Problem(
    'internal_error',
    'This is our fault, and it is logged. Try again; if it stays, tell us the correlation id.',
    {
      cause: error,
    },
  );
}

/** Renders whatever was thrown as RFC 9457. Only what is our own fault is logged as an error. */
export const renderProblems = (): middy.MiddlewareObj<APIGatewayProxyEvent, APIGatewayProxyResult> => ({
  onError: (request) => {
    const problem = toProblem(request.error);
    metrics.addMetric(problem.status >= 500 ? 'api_faults' : 'api_refusals', MetricUnit.Count, 1);
    if (problem.status >= 500) logger.error(problem.message, { code: problem.code, error: request.error });
    else logger.info('refused', { code: problem.code, detail: problem.message });
    request.response = {
      statusCode: problem.status,
      headers: {
        'content-type': 'application/problem+json',
        'cache-control': 'no-store',
        ...(problem.retryable && { 'retry-after': String(problem.retryAfter ?? 5) }),
      },
      body: JSON.stringify(problem.toDocument(correlationIdOf(request.event))),
    };
  },
});

/** One entry of a list whose entries succeed or fail by themselves. Only refusals become entries: what is our own fault fails the call. */
export async function orProblem<Entry>(correlationId: string, run: () => Promise<Entry>) {
  try {
    return await run();
  } catch (error) {
    const refused = error instanceof Problem && (!error.retryable || error.code === 'rate_limited');
    if (!refused) throw error;
    return { error: { ...error.toDocument(correlationId), errors: error.errors && [...error.errors] } };
  }
}
