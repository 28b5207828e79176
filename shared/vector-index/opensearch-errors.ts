import { errors } from '@opensearch-project/opensearch';
import * as z from 'zod';
import { Problem } from '#shared/kernel/problems.ts';

/** An error in OpenSearch's API, of a whole request or of one part of it. */
export const ErrorCause = z.looseObject({ type: z.string(), reason: z.string().nullish() });
export type ErrorCause = z.infer<typeof ErrorCause> & { caused_by?: unknown };

/** Seconds to wait before a retry when the cluster is overloaded or unreachable. */
const RETRY_AFTER = 5;

/** Returns the error type of a failed request, e.g. `resource_already_exists_exception`. */
export function errorType(error: unknown): string | undefined {
  if (!(error instanceof errors.ResponseError)) return undefined;
  return z.object({ error: ErrorCause }).safeParse(error.body).data?.error.type;
}

/** Translates the error of a whole request. */
export function requestProblem(cause: unknown): Problem {
  if (errorType(cause) === 'index_not_found_exception') return partitionMissing(cause);
  return new Problem('dependency_unavailable', 'The vector index is unavailable.', {
    cause,
    retryAfter: RETRY_AFTER,
  });
}

/**
 * Translates the error of a part of a request (one search of several, one document of a bulk); undefined if the part
 * itself is invalid, so that a retry would fail too.
 */
export function partProblem(status: number, error: ErrorCause): Problem | undefined {
  if (error.type === 'index_not_found_exception') return partitionMissing(error);
  // For a part, 404 means that an index or shard does not exist, or was deleted.
  const transient = status === 404 || status === 429 || status >= 500;
  return transient ? requestProblem(error) : undefined;
}

/** Returns the innermost reason, which names the fault; the outer ones only report that parsing failed. */
export function reasonOf(error: ErrorCause): string {
  const inner = ErrorCause.safeParse(error.caused_by);
  return inner.success ? reasonOf(inner.data) : (error.reason ?? error.type);
}

const partitionMissing = (cause: unknown): Problem =>
  new Problem('dependency_unavailable', 'The index has no partition for this model yet.', {
    cause,
    retryAfter: RETRY_AFTER,
  });
