import type { Pacer } from './pacer.ts';

/** What `fetch` is called with; a subset of the platform's. */
export type Fetch = (url: string, init: RequestInit) => Promise<Response>;

/** A person's access token, or what provides one. It is asked at every try; `expired` is true after a 401. */
export type Token = string | ((why: { expired: boolean }) => string | Promise<string>);

/** One try of a call, for logs. Holds no credential. */
export interface ResponseEvent {
  method: string;
  url: string;
  /** Absent if there was no reply. */
  status?: number;
  correlationId?: string;
  idempotencyKey?: string;
  /** 1 for the first. */
  attempt: number;
  /** Milliseconds until the reply was read. */
  ms: number;
}

export interface ClientOptions {
  /** With the version: `https://api.example.com/api/v1`. By default the environment's `DEEPLENS_BASE_URL`. */
  baseUrl?: string;
  /** `dl_live_…`, or in a page `dl_pub_…`. By default the environment's `DEEPLENS_API_KEY`, unless there is a `token`. */
  apiKey?: string;
  token?: Token;
  /** The longest time of one try, in milliseconds: 30 000. */
  timeoutMs?: number;
  /** Tries after the first: 2. */
  maxRetries?: number;
  /** The wait before the first retry in milliseconds, doubled by each up to 16 times: 500. `Retry-After` can lengthen it. */
  retryDelayMs?: number;
  /** Spreads calls over the windows of the tenant's limits, so that a batch meets no 429. */
  pace?: boolean;
  /** Headers of every call. */
  headers?: Readonly<Record<string, string>>;
  fetch?: Fetch;
  /** Called after each try. */
  onResponse?: (event: ResponseEvent) => void;
  /** Allows a secret key in a page, where everyone who opens it can read the key. */
  dangerouslyAllowBrowser?: boolean;
}

/** Options of one call. */
export interface CallOptions {
  signal?: AbortSignal | undefined;
  timeoutMs?: number | undefined;
  maxRetries?: number | undefined;
  /** Of operations that take one; by default a random one for each call, the same over its retries. */
  idempotencyKey?: string | undefined;
  headers?: Readonly<Record<string, string>> | undefined;
}

/** The client's options with their defaults. */
export interface Settings {
  baseUrl: string;
  apiKey: string | undefined;
  token: Token | undefined;
  timeoutMs: number;
  maxRetries: number;
  retryDelayMs: number;
  headers: Readonly<Record<string, string>>;
  fetch: Fetch;
  onResponse: ((event: ResponseEvent) => void) | undefined;
  pacer: Pacer | undefined;
}
