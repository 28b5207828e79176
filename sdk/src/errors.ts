import type { Problem, ProblemCode } from './generated/types.gen.ts';
import type { RateLimits } from './rate-limit.ts';

/** A problem code of the API, or `unexpected_response`: the reply is not the API's, for example a proxy's HTML. */
export type ErrorCode = ProblemCode | 'unexpected_response';

/** The superclass of everything that the SDK throws. */
export class DeepLensError extends Error {
  override readonly name: string = 'DeepLensError';
}

/** The reply to a call that failed, as far as it could be read. */
export interface Failure {
  method: string;
  path: string;
  status: number;
  headers: Headers;
  problem: Partial<Problem>;
  /** As JSON, or else as text. */
  body: unknown;
  rateLimit: RateLimits;
  /** In seconds. */
  retryAfter: number | undefined;
}

/** Codes that say that the same call can succeed later; statuses from 500 on say so without a code. */
const LATER: ReadonlySet<string> = new Set([
  'request_in_progress',
  'rate_limited',
  'storage_unreachable',
] satisfies ErrorCode[]);
/** Not implemented, HTTP version not supported, and `index_full`: the same call fails again. */
const LASTING_SERVER_ERRORS: ReadonlySet<number> = new Set([501, 505, 507]);

/** The service refused a call, or failed at it. There is a subclass for each status; `code` is the reason. */
export class ApiError extends DeepLensError {
  override readonly name: string = 'ApiError';
  readonly status: number;
  /** To switch by. A newer service may send codes that this version of the SDK does not know. */
  readonly code: ErrorCode;
  readonly title: string;
  /** What happened, and what to do. */
  readonly detail: string;
  /** The invalid fields, by JSON pointer. */
  readonly errors: readonly { pointer: string; message: string }[];
  /** The id of the call; include it in a support request. */
  readonly correlationId: string | undefined;
  /** The limits that the call touched. */
  readonly rateLimit: RateLimits;
  /** Seconds after which a retry can succeed, as the service says. */
  readonly retryAfter: number | undefined;
  /** True if the same call can succeed later. */
  readonly retryable: boolean;
  readonly headers: Headers;
  /** The problem document, with members of single codes such as `existing_image_id`. */
  readonly problem: Partial<Problem>;
  /** The reply's body: parsed, if it is JSON. */
  readonly body: unknown;

  constructor({ method, path, status, headers, problem, body, rateLimit, retryAfter }: Failure) {
    const code = problem.code ?? 'unexpected_response';
    const title = problem.title ?? 'The reply is not one of the API';
    const id = problem.instance ?? headers.get('x-correlation-id') ?? undefined;
    const detail = problem.detail ?? `${title}.`;
    const fields = (problem.errors ?? []).map(({ pointer, message }) => `\n  ${pointer || '/'} ${message}`);
    super(
      `${method} ${path}: ${status} ${code}: ${detail}${fields.join('')}${id ? ` (correlation id ${id})` : ''}`,
    );
    this.status = status;
    this.code = code;
    this.title = title;
    this.detail = detail;
    this.errors = problem.errors ?? [];
    this.correlationId = id;
    this.rateLimit = rateLimit;
    this.retryAfter = retryAfter;
    this.retryable = LATER.has(code) || (status >= 500 && !LASTING_SERVER_ERRORS.has(status));
    this.headers = headers;
    this.problem = problem;
    this.body = body;
  }
}

/** 400: the input is not valid; `errors` names the fields. */
export class BadRequestError extends ApiError {
  override readonly name = 'BadRequestError';
}
/** 401: the credential is missing, not valid or expired. */
export class AuthenticationError extends ApiError {
  override readonly name = 'AuthenticationError';
}
/** 403: the credential does not allow the call. */
export class PermissionDeniedError extends ApiError {
  override readonly name = 'PermissionDeniedError';
}
/** 404. */
export class NotFoundError extends ApiError {
  override readonly name = 'NotFoundError';
}
/** 409: the call conflicts with the current state. */
export class ConflictError extends ApiError {
  override readonly name = 'ConflictError';
}
/** 410: the image was deleted. */
export class GoneError extends ApiError {
  override readonly name = 'GoneError';
}
/** 413: larger than 4.5 MB inline; `uploads` takes larger files. */
export class PayloadTooLargeError extends ApiError {
  override readonly name = 'PayloadTooLargeError';
}
/** 415. */
export class UnsupportedMediaTypeError extends ApiError {
  override readonly name = 'UnsupportedMediaTypeError';
}
/** 422: the input is well-formed, but what it leads to cannot be used: an image, a URL, a storage. */
export class UnprocessableError extends ApiError {
  override readonly name = 'UnprocessableError';
}
/** 429: a limit (`rate_limited`) or a quota (`quota_exceeded`) is used up. */
export class RateLimitError extends ApiError {
  override readonly name = 'RateLimitError';
}
/** 500 and above. */
export class ServerError extends ApiError {
  override readonly name = 'ServerError';
}

const BY_STATUS: Readonly<Record<number, new (failure: Failure) => ApiError>> = {
  400: BadRequestError,
  401: AuthenticationError,
  403: PermissionDeniedError,
  404: NotFoundError,
  409: ConflictError,
  410: GoneError,
  413: PayloadTooLargeError,
  415: UnsupportedMediaTypeError,
  422: UnprocessableError,
  429: RateLimitError,
};

/** Returns the error for a reply. */
export const apiError = (failure: Failure): ApiError =>
  new (BY_STATUS[failure.status] ?? (failure.status >= 500 ? ServerError : ApiError))(failure);

/** No reply, or one that broke off. `cause` is the error of `fetch`. */
export class ConnectionError extends DeepLensError {
  override readonly name: string = 'ConnectionError';
}
/** A try took longer than `timeoutMs`, or a wait longer than its limit. */
export class TimeoutError extends ConnectionError {
  override readonly name = 'TimeoutError';
}
/** The caller's `signal` was aborted. */
export class AbortError extends DeepLensError {
  override readonly name = 'AbortError';
}

/** Returns true if an error is the API's refusal with one of the codes. */
export const hasCode = (error: unknown, ...codes: ErrorCode[]): error is ApiError =>
  error instanceof ApiError && codes.includes(error.code);
