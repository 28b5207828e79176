import { errors } from '@opensearch-project/opensearch';
import { z } from 'zod';
import { Problem } from '#shared/kernel/problems.ts';

/** How OpenSearch names an error, of a whole request or of one part of it. */
export const ErrorCause = z.looseObject({ type: z.string(), reason: z.string().nullish() });
export type ErrorCause = z.infer<typeof ErrorCause> & { caused_by?: unknown };

/** Seconds after which a cluster that is overloaded or out of reach is worth another try. */
const RETRY_AFTER = 5;

/** The type of the error of a whole request, e.g. `resource_already_exists_exception`. */
export function errorType(error: unknown): string | undefined {
  if (!(error instanceof errors.ResponseError)) return undefined;
  return z.object({ error: ErrorCause }).safeParse(error.body).data?.error.type;
}

/** What the caller gets of a request that failed as a whole. */
export function requestProblem(cause: unknown): Problem {
  if (errorType(cause) === 'index_not_found_exception') return spaceMissing(cause);
  return new Problem('dependency_unavailable', 'The index of vectors does not answer.', {
    cause,
    retryAfter: RETRY_AFTER,
  });
}

/**
 * What the caller gets of a part of a request that failed (one search of several, one document of a bulk); undefined
 * where the part itself was at fault, which trying again does not mend.
 */
export function partProblem(status: number, error: ErrorCause): Problem | undefined {
  if (error.type === 'index_not_found_exception') return spaceMissing(error);
  // Of a part, 404 is an index or shard that is not there, or not any more.
  const passing = status === 404 || status === 429 || status >= 500;
  return passing ? requestProblem(error) : undefined;
}

/** The innermost reason, which names the fault: the outer ones say that parsing failed. */
export function reasonOf(error: ErrorCause): string {
  const inner = ErrorCause.safeParse(error.caused_by);
  return inner.success ? reasonOf(inner.data) : (error.reason ?? error.type);
}

const spaceMissing = (cause: unknown): Problem =>
  new Problem('dependency_unavailable', 'The index has no space for this model yet.', {
    cause,
    retryAfter: RETRY_AFTER,
  });
