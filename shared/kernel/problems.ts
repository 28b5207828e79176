/**
 * Every way in which a request or a picture can be refused: the stable code, its HTTP status, its title,
 * and whether trying the very same thing again can succeed (a queue redelivers, a caller retries).
 */
export const PROBLEMS = {
  invalid_request: { status: 400, title: 'The request is not valid', retry: false },
  invalid_cursor: { status: 400, title: 'The cursor is not valid', retry: false },
  idempotency_key_reused: {
    status: 400,
    title: 'The idempotency key was used for another request',
    retry: false,
  },
  unauthenticated: { status: 401, title: 'No valid credential', retry: false },
  token_expired: { status: 401, title: 'The token has expired', retry: false },
  invalid_api_key: { status: 403, title: 'The API key is not valid', retry: false },
  forbidden: { status: 403, title: 'Not allowed', retry: false },
  missing_scope: { status: 403, title: 'The credential lacks a scope', retry: false },
  tenant_mismatch: { status: 403, title: 'The token belongs to another tenant than the key', retry: false },
  tenant_suspended: { status: 403, title: 'The tenant is suspended', retry: false },
  not_found: { status: 404, title: 'Not found', retry: false },
  conflict: { status: 409, title: 'In conflict with what exists', retry: false },
  image_not_ready: { status: 409, title: 'The image is not ready', retry: false },
  request_in_progress: {
    status: 409,
    title: 'The first request with this key is still running',
    retry: true,
  },
  purged: { status: 410, title: 'The image was deleted', retry: false },
  payload_too_large: { status: 413, title: 'The payload is too large', retry: false },
  unsupported_media_type: { status: 415, title: 'Not a kind of picture that is supported', retry: false },
  unreadable_image: { status: 422, title: 'The picture cannot be read', retry: false },
  too_many_pixels: { status: 422, title: 'The picture has too many pixels', retry: false },
  too_many_frames: { status: 422, title: 'The picture is animated or has several pages', retry: false },
  type_mismatch: { status: 422, title: 'The bytes are of another type than was said', retry: false },
  truncated: { status: 422, title: 'The picture is cut off', retry: false },
  low_detail: { status: 422, title: 'The picture has too little detail to be found again', retry: false },
  unsafe_url: { status: 422, title: 'The URL may not be fetched', retry: false },
  rate_limited: { status: 429, title: 'Too many requests', retry: true },
  quota_exceeded: { status: 429, title: 'The quota of the plan is used up', retry: false },
  internal_error: { status: 500, title: 'Something went wrong on our side', retry: true },
  dependency_unavailable: { status: 503, title: 'A part that is needed does not answer', retry: true },
} as const satisfies Record<string, { status: number; title: string; retry: boolean }>;

export type ProblemCode = keyof typeof PROBLEMS;
export const PROBLEM_CODES = Object.keys(PROBLEMS) as [ProblemCode, ...ProblemCode[]]; // Object.keys loses the literal types

/** One invalid field: where (an RFC 6901 JSON pointer) and what is wrong with it. */
export interface InvalidField {
  pointer: string;
  message: string;
}

/** What a caller reads of a problem: RFC 9457, `application/problem+json`. */
export interface ProblemDocument {
  type: string;
  title: string;
  status: number;
  detail: string;
  code: ProblemCode;
  instance?: string;
  errors?: readonly InvalidField[];
}

/**
 * The one error that DeepLens throws on purpose. `detail` is shown to the caller: it says what happened and
 * what to do, and holds no secret. Adapters translate their SDK's errors into it at the source.
 */
export class Problem extends Error {
  override readonly name = 'Problem';
  readonly code: ProblemCode;
  readonly errors?: readonly InvalidField[];
  /** Seconds after which trying again makes sense, for the header `Retry-After`. */
  readonly retryAfter?: number;

  constructor(
    code: ProblemCode,
    detail: string,
    options: { cause?: unknown; errors?: readonly InvalidField[]; retryAfter?: number } = {},
  ) {
    super(detail, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    if (options.errors) this.errors = options.errors;
    if (options.retryAfter !== undefined) this.retryAfter = options.retryAfter;
  }

  get status(): number {
    return PROBLEMS[this.code].status;
  }

  get retryable(): boolean {
    return PROBLEMS[this.code].retry;
  }

  /** @param instance the correlation id of the request */
  toDocument(instance?: string): ProblemDocument {
    return {
      type: `urn:deeplens:problem:${this.code}`,
      title: PROBLEMS[this.code].title,
      status: this.status,
      detail: this.message,
      code: this.code,
      ...(instance && { instance }),
      ...(this.errors && { errors: this.errors }),
    };
  }
}

/** Whether the same attempt can succeed later: a `Problem` says so itself; any other error is taken to be passing. */
export const isRetryable = (error: unknown): boolean => !(error instanceof Problem) || error.retryable;
