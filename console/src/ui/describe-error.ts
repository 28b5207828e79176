import { ApiError, ConnectionError } from '@deeplens/sdk';

/** An error as it is shown. */
export interface ErrorDescription {
  title: string;
  detail: string;
  code?: string | undefined;
  correlationId?: string | undefined;
  /** Seconds after which the same call can succeed. */
  retryAfter?: number | undefined;
}

/** Returns what to show of anything that was thrown. */
export function describeError(error: unknown): ErrorDescription {
  if (error instanceof ApiError) {
    const { title, detail, code, correlationId, retryAfter, errors } = error;
    const fields = errors.map(({ pointer, message }) => `${pointer || 'The body'} ${message}.`);
    return { title, detail: [detail, ...fields].join(' '), code, correlationId, retryAfter };
  }
  if (error instanceof ConnectionError)
    return {
      title: 'No reply',
      detail: 'The service could not be reached. Check the connection, then try again.',
    };
  return { title: 'Something went wrong', detail: error instanceof Error ? error.message : String(error) };
}
