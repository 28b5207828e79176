/**
 * All problems of requests and images: the stable code, its HTTP status and title, and whether a retry of the same
 * request or message can succeed.
 */
export const PROBLEMS = {
  invalid_request: { status: 400, title: 'The request is not valid', retry: false },
  invalid_cursor: { status: 400, title: 'The cursor is not valid', retry: false },
  idempotency_key_reused: {
    status: 400,
    title: 'The idempotency key belongs to another request',
    retry: false,
  },
  unauthenticated: { status: 401, title: 'The credential is missing or not valid', retry: false },
  token_expired: { status: 401, title: 'The token has expired', retry: false },
  invalid_api_key: { status: 403, title: 'The API key is not valid', retry: false },
  forbidden: { status: 403, title: 'The credential does not allow this call', retry: false },
  missing_scope: { status: 403, title: 'The credential lacks a required scope', retry: false },
  tenant_mismatch: {
    status: 403,
    title: 'The token and the API key belong to different tenants',
    retry: false,
  },
  origin_not_allowed: { status: 403, title: 'The key may not be used by pages of this origin', retry: false },
  tenant_suspended: { status: 403, title: 'The tenant is suspended', retry: false },
  not_found: { status: 404, title: 'The resource was not found', retry: false },
  method_not_allowed: { status: 405, title: 'The path does not take this method', retry: false },
  conflict: { status: 409, title: 'The request conflicts with the current state', retry: false },
  job_finished: { status: 409, title: 'The job has ended already', retry: false },
  image_not_ready: { status: 409, title: 'The image is not processed yet', retry: false },
  request_in_progress: {
    status: 409,
    title: 'A request with the same idempotency key is still running',
    retry: true,
  },
  purged: { status: 410, title: 'The image was deleted', retry: false },
  payload_too_large: { status: 413, title: 'The request body or file is too large', retry: false },
  unsupported_media_type: { status: 415, title: 'The media type is not supported', retry: false },
  unreadable_image: { status: 422, title: 'The image cannot be decoded', retry: false },
  too_many_pixels: { status: 422, title: 'The image has too many pixels', retry: false },
  reading_limit_exceeded: {
    status: 422,
    title: 'Reading the image takes too much time or memory',
    retry: false,
  },
  too_many_frames: { status: 422, title: 'The file is a sequence without a still image', retry: false },
  type_mismatch: { status: 422, title: 'The file does not match its declared media type', retry: false },
  checksum_mismatch: { status: 422, title: 'The file differs from its announced checksum', retry: false },
  truncated: { status: 422, title: 'The image file is truncated', retry: false },
  event_too_large: { status: 422, title: 'The image’s data are too large to be processed', retry: false },
  low_detail: { status: 422, title: 'The image has too little detail to search by', retry: false },
  unsafe_url: { status: 422, title: 'The URL must not be fetched', retry: false },
  url_unreachable: { status: 422, title: 'The URL does not answer', retry: false },
  url_not_an_image: { status: 422, title: 'The URL does not lead to an image', retry: false },
  storage_unreachable: { status: 422, title: 'The storage does not answer', retry: true },
  storage_access_denied: { status: 422, title: 'The storage refuses the credentials', retry: false },
  bucket_not_found: { status: 422, title: 'The storage has no such bucket or container', retry: false },
  insecure_trust_policy: { status: 422, title: 'Others can assume the role, too', retry: false },
  region_mismatch: { status: 422, title: 'The bucket is in another region', retry: false },
  archived_object: { status: 422, title: 'The object is in an archive tier', retry: false },
  object_changed: { status: 409, title: 'The object has changed since it was listed', retry: false },
  rate_limited: { status: 429, title: 'A rate limit is used up', retry: true },
  quota_exceeded: { status: 429, title: 'The storage quota is used up', retry: false },
  index_full: { status: 507, title: 'The vector index has no room for more images', retry: false },
  internal_error: { status: 500, title: 'An internal error occurred', retry: true },
  dependency_unavailable: { status: 503, title: 'A dependency is unavailable', retry: true },
  paused: { status: 503, title: 'This part of the service is paused', retry: true },
} as const satisfies Record<string, { status: number; title: string; retry: boolean }>;

export type ProblemCode = keyof typeof PROBLEMS;
export const PROBLEM_CODES = Object.keys(PROBLEMS) as [ProblemCode, ...ProblemCode[]]; // Object.keys loses the literal types

/** One invalid field: its RFC 6901 JSON pointer, and what is wrong with it. */
export interface InvalidField {
  pointer: string;
  message: string;
}

/** Bounds of a problem, so that neither replies nor logs grow with the request. Lengths in UTF-16 code units. */
export const PROBLEM_BOUNDS = { detail: 1_000, errors: 20, pointer: 200, message: 200 } as const;

/** Returns at most `length` code units of a text; replaces control characters (JSON writes them six times as long), except line breaks. */
const shorten = (text: string, length: number): string =>
  (text.length <= length ? text : `${text.slice(0, length - 1)}…`)
    .toWellFormed()
    .replaceAll(/[^\P{Cc}\n]/gu, '\uFFFD');

/** Returns the first errors of a list, shortened. */
const boundedErrors = (errors: readonly InvalidField[]): InvalidField[] =>
  errors.slice(0, PROBLEM_BOUNDS.errors).map(({ pointer, message }) => ({
    pointer: shorten(pointer, PROBLEM_BOUNDS.pointer),
    message: shorten(message, PROBLEM_BOUNDS.message),
  }));

/** Members of single problems. */
export interface ProblemMembers {
  /** The image that has the external id, with `conflict`. */
  existing_image_id?: string;
  /** The person who has the address, with `conflict`. */
  existing_user_id?: string;
}

/** A problem as the caller receives it: RFC 9457, `application/problem+json`. */
export interface ProblemDocument extends ProblemMembers {
  type: string;
  title: string;
  status: number;
  detail: string;
  code: ProblemCode;
  instance?: string;
  errors?: readonly InvalidField[];
}

/**
 * The error for every expected failure. `detail` is shown to the caller: it says what happened and what to do, and holds
 * no secret. It and `errors` are cut to `PROBLEM_BOUNDS`. Adapters translate their SDK's errors into problems.
 */
export class Problem extends Error {
  override readonly name = 'Problem';
  readonly code: ProblemCode;
  readonly errors?: readonly InvalidField[];
  /** Seconds until a retry can succeed, for the header `Retry-After`. */
  readonly retryAfter?: number;
  readonly members: ProblemMembers;

  constructor(
    code: ProblemCode,
    detail: string,
    options: {
      cause?: unknown;
      errors?: readonly InvalidField[];
      retryAfter?: number;
      members?: ProblemMembers;
    } = {},
  ) {
    super(
      shorten(detail, PROBLEM_BOUNDS.detail),
      options.cause === undefined ? undefined : { cause: options.cause },
    );
    this.code = code;
    this.members = options.members ?? {};
    if (options.errors) this.errors = boundedErrors(options.errors);
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
      ...this.members,
    };
  }
}

/** Returns true if a retry can succeed: as a problem's code says; assumed for any other error. */
export const isRetryable = (error: unknown): boolean => !(error instanceof Problem) || error.retryable;
