import { Problem } from '#shared/kernel/problems.ts';

/** Names of transient errors of AWS services; source: the SDK's own retry rules. */
const TRANSIENT = new Set([
  'InternalError',
  'InternalServerError',
  'InternalFailure',
  'KMSThrottledException',
  'LimitExceededException',
  'ProvisionedThroughputExceededException',
  'RequestLimitExceeded',
  'RequestTimeout',
  'RequestTimeoutException',
  'ServiceUnavailable',
  'ServiceUnavailableException',
  'SlowDown',
  'Throttled',
  'ThrottledException',
  'Throttling',
  'ThrottlingException',
  'TimeoutError',
  'TooManyRequestsException',
  'TransactionInProgressException',
]);
/** Codes of Node's socket errors: unreachable or disconnected. */
const DISCONNECTED = new Set(['ECONNRESET', 'ECONNREFUSED', 'EPIPE', 'ETIMEDOUT', 'ENOTFOUND', 'EAI_AGAIN']);
/** Seconds. The SDK has already tried three times within about one. */
const RETRY_AFTER = 2;

interface AwsError extends Error {
  code?: unknown;
  $metadata?: { httpStatusCode?: number };
}

/** Returns true for throttling, faults of the service and broken connections. */
export function isTransient(error: AwsError): boolean {
  const status = error.$metadata?.httpStatusCode ?? 0;
  return TRANSIENT.has(error.name) || DISCONNECTED.has(String(error.code)) || status === 429 || status >= 500;
}

/**
 * Awaits a call of an AWS client and translates transient errors. Other errors are rethrown: the adapter expects them,
 * or they are bugs.
 * @param what the called part, shown to callers: "The database"
 * @throws Problem `dependency_unavailable`
 */
export async function orUnavailable<Output>(what: string, call: Promise<Output>): Promise<Output> {
  try {
    return await call;
  } catch (error) {
    if (!(error instanceof Error) || !isTransient(error)) throw error;
    throw new Problem('dependency_unavailable', `${what} does not answer. Try again in a moment.`, {
      cause: error,
      retryAfter: RETRY_AFTER,
    });
  }
}
