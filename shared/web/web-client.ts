import { Problem } from '#shared/kernel/problems.ts';

/** What a URL may look like, and what fetching it may cost, for one purpose. */
export interface WebPurpose {
  schemes: readonly ('https:' | 'http:')[];
  /** Ports that a URL may name. */
  ports: readonly number[];
  /** Redirects that are followed; with 0 the redirect itself is the reply. */
  redirects: number;
  /** Seconds until the connection stands, and until the last byte has come. */
  connectSeconds: number;
  seconds: number;
  /** Bytes of a body that are read. */
  bytes: number;
  /** Of a longer body: refuse it, or keep its beginning. */
  longer: 'refuse' | 'cut';
}

export interface WebRequest {
  method: 'GET' | 'POST';
  /** In lower case. */
  headers?: Readonly<Record<string, string>>;
  body?: string;
}

export interface WebReply {
  status: number;
  /** In lower case; of a repeated one the first. */
  headers: Readonly<Record<string, string>>;
  bytes: Uint8Array;
  /** The body was longer. */
  cut: boolean;
  /** The address that answered. */
  ip: string;
}

/** What kept a server from answering. */
export const UNREACHABLE_REASONS = [
  'dns',
  'connect',
  'tls',
  'timeout',
  'reset',
  'protocol',
  'redirects',
] as const;
export type UnreachableReason = (typeof UNREACHABLE_REASONS)[number];

const REASONS: Record<UnreachableReason, string> = {
  dns: 'its host has no address',
  connect: 'its host accepts no connection',
  tls: 'its certificate or its TLS is not valid',
  timeout: 'it takes too long',
  reset: 'the connection was closed early',
  protocol: 'its reply is no HTTP',
  redirects: 'it redirects too often',
};

/** A URL that gave no reply. */
export class UnreachableUrl extends Problem {
  readonly reason: UnreachableReason;

  constructor(reason: UnreachableReason, cause?: unknown) {
    super('url_unreachable', `The URL does not answer: ${REASONS[reason]}.`, { cause });
    this.reason = reason;
  }
}

/** Fetches URLs that tenants name, without any credential of ours. */
export interface WebClient {
  /**
   * Checks a URL without calling it: its form, and every address of its host.
   * @throws Problem `unsafe_url`; UnreachableUrl
   */
  check(url: string, purpose: WebPurpose): Promise<void>;
  /**
   * Calls a URL once. Every address that is called, redirects included, is checked when the socket is opened.
   * @throws Problem `unsafe_url`; `payload_too_large`; UnreachableUrl
   */
  fetch(url: string, purpose: WebPurpose, request: WebRequest): Promise<WebReply>;
}
