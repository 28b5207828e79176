import { AbortError, ApiError, ConnectionError } from '@deeplens/sdk';
import { CliError, NotSignedInError } from './errors.ts';
import { EXIT, type ExitCode } from './exit-codes.ts';
import { safeJson, sanitise, sanitiseLines } from './output/sanitise.ts';

/** An error, as it is shown. */
export interface Report {
  message: string;
  /** Stable, to act on. */
  code: string;
  exitCode: ExitCode;
  /** Says what to do about it. */
  help?: string | undefined;
  correlationId?: string | undefined;
  errors?: readonly { pointer: string; message: string }[];
}

const BY_STATUS: Record<number, ExitCode> = {
  401: EXIT.forbidden,
  403: EXIT.forbidden,
  404: EXIT.notFound,
  410: EXIT.notFound,
  429: EXIT.limited,
};

/** Says what to do about a code, where the service's own sentence leaves it open. */
const HELP: Record<string, string> = {
  unauthenticated: 'Sign in with: deeplens login',
  invalid_api_key: 'The key is wrong, expired or revoked. Sign in with another: deeplens login',
  token_expired: 'Sign in again: deeplens login --token -',
  missing_scope: 'Use a key that has the scope: deeplens keys list',
  rate_limited: 'Wait a minute, or raise the limit: deeplens whoami shows what is left.',
  quota_exceeded: 'Delete what you do not need, or change the plan: deeplens usage',
  not_found: 'Check the id: it may be another tenant’s (deeplens whoami).',
  payload_too_large: 'Larger pictures come in by: deeplens upload',
  unexpected_response:
    'Is the address the one of the API, with /api/v1 at its end? deeplens whoami --verbose',
};

/** Returns how an error is shown, and the exit code of the command that it ended. */
export function reportOf(error: unknown): Report {
  if (error instanceof CliError)
    return {
      message: error.message,
      code: error instanceof NotSignedInError ? 'not_signed_in' : codeOf(error.exitCode),
      exitCode: error.exitCode,
      help: error.help,
    };
  if (error instanceof ApiError)
    return {
      message: error.detail,
      code: error.code,
      exitCode: error.status >= 500 ? EXIT.unavailable : (BY_STATUS[error.status] ?? EXIT.failed),
      help: HELP[error.code],
      correlationId: error.correlationId,
      errors: error.errors,
    };
  if (error instanceof AbortError || (error instanceof Error && error.name === 'AbortError'))
    return { message: 'Interrupted.', code: 'interrupted', exitCode: EXIT.interrupted };
  if (error instanceof ConnectionError)
    return {
      message: error.message,
      code: 'connection_failed',
      exitCode: EXIT.unavailable,
      help: 'Is the service up, and the address right? deeplens whoami --verbose',
    };
  return {
    message: error instanceof Error ? error.message : String(error),
    code: 'failed',
    exitCode: EXIT.failed,
  };
}

const codeOf = (exitCode: ExitCode): string =>
  Object.entries(EXIT)
    .find(([, each]) => each === exitCode)?.[0]
    .replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`) ?? 'failed';

/** Returns the text of a report for stderr: sentences, or an object for programs. */
export function reportText(
  { message, code, exitCode, help, correlationId, errors = [] }: Report,
  asJson: boolean,
): string {
  if (asJson)
    return safeJson({
      error: {
        code,
        message,
        exit_code: exitCode,
        ...(help && { help }),
        ...(correlationId && { correlation_id: correlationId }),
        ...(errors.length > 0 && { errors }),
      },
    });
  return [
    `✗ ${sanitiseLines(message)} (${sanitise(code)})`,
    ...errors.map(({ pointer, message: what }) => `  ${sanitise(pointer || '/')} ${sanitise(what)}`),
    ...(help ? [`  ${help}`] : []),
    ...(correlationId ? [`  Correlation id: ${sanitise(correlationId)}`] : []),
  ].join('\n');
}
