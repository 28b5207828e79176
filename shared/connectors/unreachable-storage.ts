import { Problem } from '#shared/kernel/problems.ts';

/** Seconds. */
const RETRY_AFTER = 10;

/**
 * Translates what is no refusal: the storage is busy, does not answer, or answers something else.
 * @param status of the reply; 0 if there is none
 * @param code the provider's own, or Node's
 * @returns Problem `storage_unreachable`; the error itself if no server and no network is its cause: a bug
 */
export function unreachableStorage(error: Error, status: number, code: string): unknown {
  const problem = (detail: string) =>
    new Problem('storage_unreachable', detail, { cause: causeOf(error, code), retryAfter: RETRY_AFTER });
  if (status >= 500 || status === 429) return problem(`The storage does not answer now (${code}).`);
  if (status > 0)
    return problem(
      `The storage does not answer as one of its type does (${code}). Check the endpoint and names.`,
    );
  if ('code' in error && typeof error.code === 'string')
    return problem(`The storage does not answer (${code}). Check the endpoint.`);
  return error;
}

/** Returns what may be logged of an SDK's error: some hold the request, with its signature or token. */
export const causeOf = (error: Error, code: string): Error => new Error(`${error.name}: ${code}`);
