import { Problem } from '#shared/kernel/problems.ts';

/** Refusals and failures of AWS's services that pass by themselves, by name; source: the SDK's own retry rules. */
const PASSING = new Set([
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
/** Of Node's sockets: nobody there, or gone in the middle. */
const DISCONNECTED = new Set(['ECONNRESET', 'ECONNREFUSED', 'EPIPE', 'ETIMEDOUT', 'ENOTFOUND', 'EAI_AGAIN']);
/** Seconds. The SDK has already tried three times within about one. */
const RETRY_AFTER = 2;

interface AwsError extends Error {
  code?: unknown;
  $metadata?: { httpStatusCode?: number };
}

function passes(error: AwsError): boolean {
  const status = error.$metadata?.httpStatusCode ?? 0;
  return PASSING.has(error.name) || DISCONNECTED.has(String(error.code)) || status === 429 || status >= 500;
}

/**
 * Waits for a call of an AWS client, and says in our words where the service is not there for us. Any other error
 * stays as it is: either the adapter expects it, or it is a fault of ours.
 * @param what the part that is asked, as a caller may read it: "The database"
 * @throws Problem `dependency_unavailable`
 */
export async function orUnavailable<Output>(what: string, call: Promise<Output>): Promise<Output> {
  try {
    return await call;
  } catch (error) {
    if (!(error instanceof Error) || !passes(error)) throw error;
    throw new Problem('dependency_unavailable', `${what} does not answer. Try again in a moment.`, {
      cause: error,
      retryAfter: RETRY_AFTER,
    });
  }
}
