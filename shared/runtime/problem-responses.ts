import type middy from '@middy/core';
import type { APIGatewayProxyEvent, APIGatewayProxyResult } from 'aws-lambda';
import pLimit from 'p-limit';
import { Problem } from '#shared/kernel/problems.ts';
import { correlationIdOf } from './correlation.ts';
import { noteRequest } from './request-log.ts';
import { logger } from './telemetry.ts';

/** Translates the router's error for an unknown route; any other error that is not a problem is a fault. */
function translate(error: unknown): Problem {
  if (error instanceof Problem) return error;
  const status = error instanceof Error && 'statusCode' in error ? error.statusCode : undefined;
  if (status === 404)
    return new Problem('not_found', 'The API has no such operation. See /v1/openapi.json.', { cause: error });
  return new Problem(
    'internal_error',
    'The service failed, and the error is logged. Retry; if it persists, report the correlation id.',
    {
      cause: error,
    },
  );
}

/** Returns the problem that an error is shown as. Only faults of the service are logged as errors. */
function problemOf(error: unknown): Problem {
  const problem = translate(error);
  if (problem.status >= 500) logger.error(problem.message, { code: problem.code, error });
  return problem;
}

/** Renders every thrown error as RFC 9457. */
export const renderProblems = (): middy.MiddlewareObj<APIGatewayProxyEvent, APIGatewayProxyResult> => ({
  onError: (request) => {
    const problem = problemOf(request.error);
    noteRequest(request.event, { problem });
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

/** A hundred deletions take a few seconds so; a function has 29. */
const ENTRIES_AT_ONCE = 8;
/** Errors that an entry of a list shows: a list has up to 100 entries. */
const ERRORS_OF_ENTRY = 5;

/** Returns what `read` returns, or the problem that refuses an entry of a list. Faults of the service fail the whole call. */
export function entryOrProblem<Entry>(read: () => Entry): Entry | Problem {
  try {
    return read();
  } catch (error) {
    const refused = error instanceof Problem && (!error.retryable || error.code === 'rate_limited');
    if (!refused) throw error;
    return error;
  }
}

/**
 * Runs each entry of a bulk call, some at once. An entry that fails, also by a fault of the service, leaves the others.
 * @returns in order, what `run` returns, or the problem that it throws
 */
export const outcomesOf = <Outcome>(
  entries: readonly unknown[],
  correlationId: string,
  run: (entry: unknown, position: number) => Promise<Outcome>,
) =>
  pLimit(ENTRIES_AT_ONCE).map(entries, async (entry, position) => {
    try {
      return await run(entry, position);
    } catch (error) {
      return problemEntry(problemOf(error), correlationId);
    }
  });

/** Renders the problem of an entry in its place. */
export function problemEntry(problem: Problem, correlationId: string) {
  const { errors, ...document } = problem.toDocument(correlationId);
  return { error: { ...document, ...(errors && { errors: errors.slice(0, ERRORS_OF_ENTRY) }) } };
}
