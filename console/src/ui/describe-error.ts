import { ApiError, ConnectionError } from '@deeplens/sdk';
import { whatToDo } from './what-to-do.ts';

/** An error as it is shown. */
export interface ErrorDescription {
  title: string;
  detail: string;
  whatToDo?: string | undefined;
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
    return {
      ...{ title, detail: [detail, ...fields].join(' '), whatToDo: whatToDo(code) },
      ...{ code, correlationId, retryAfter },
    };
  }
  if (error instanceof ConnectionError)
    return {
      title: 'No reply',
      detail: 'The service could not be reached.',
      whatToDo: 'Check the connection, then try again.',
    };
  return { title: 'Something went wrong', detail: error instanceof Error ? error.message : String(error) };
}
