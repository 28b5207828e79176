/** Verifies and parses what a webhook receives. Works wherever there is WebCrypto. */
import type {
  DuplicatesFoundMessage,
  ImagesFailedMessage,
  ImagesIndexedMessage,
  JobCompletedMessage,
  UsageThresholdMessage,
  WebhookDisabledMessage,
  WebhookFailingMessage,
} from './generated/types.gen.ts';

type Message =
  | ImagesIndexedMessage
  | ImagesFailedMessage
  | DuplicatesFoundMessage
  | JobCompletedMessage
  | WebhookFailingMessage
  | WebhookDisabledMessage
  | UsageThresholdMessage;

interface Delivery {
  /** The header `webhook-id`, the same at every attempt: handle a message once. */
  id: string;
  /** True if you asked for the message once more. */
  replayed: boolean;
}

/** A message. Return if `test` is true, then switch by `type`; a newer service may send types that are not listed here. */
export type WebhookEvent =
  | (Message & Delivery & { test: false })
  | (Delivery & {
      /** A sample, which you sent to try the webhook. */
      test: true;
      type: Message['type'];
      timestamp: string;
      data: { test: true; webhook_id: string };
    });

/** Why a message was refused. */
export type WebhookErrorCode =
  | 'missing_header'
  | 'invalid_timestamp'
  | 'stale'
  | 'bad_signature'
  | 'invalid_body'
  | 'invalid_secret';

/** A message that must not be trusted: answer it with 400. */
export class WebhookError extends Error {
  override readonly name = 'WebhookError';
  readonly code: WebhookErrorCode;

  constructor(code: WebhookErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}

/** Headers as `Request` or as Node has them. */
export type WebhookHeaders = Headers | Readonly<Record<string, string | readonly string[] | undefined>>;

export interface UnwrapOptions {
  /** How far the time of a message may be from now: 300 seconds. An older one may be an attacker's repetition. */
  toleranceSeconds?: number;
  now?: Date;
}

const PREFIX = 'whsec_';
const encoder = new TextEncoder();

/**
 * Verifies a message and returns its event.
 * @param body as it was received: a body that was parsed and written again has another signature
 * @param secret `whsec_…`, or several while one is being rotated
 * @throws WebhookError
 */
export async function unwrap(
  body: string | Uint8Array,
  headers: WebhookHeaders,
  secret: string | readonly string[],
  { toleranceSeconds = 300, now = new Date() }: UnwrapOptions = {},
): Promise<WebhookEvent> {
  const id = headerOf(headers, 'webhook-id');
  const timestamp = headerOf(headers, 'webhook-timestamp');
  const signatures = headerOf(headers, 'webhook-signature');
  checkTime(timestamp, toleranceSeconds, now);
  const bytes = typeof body === 'string' ? encoder.encode(body) : body;
  const signed = concatenated(encoder.encode(`${id}.${timestamp}.`), bytes);
  const secrets = typeof secret === 'string' ? [secret] : secret;
  if (!(await isSignedByOne(signed, signatures, secrets)))
    throw new WebhookError(
      'bad_signature',
      'No signature of the message is by the secret. Pass the body as it was received, and the secret of this webhook.',
    );
  const replayed = optionalHeader(headers, 'webhook-replayed') === 'true';
  return { ...parseMessage(bytes), id, replayed } as WebhookEvent; // the signature says that the service made it
}

function optionalHeader(headers: WebhookHeaders, name: string): string | undefined {
  if (headers instanceof Headers) return headers.get(name) ?? undefined;
  const value = Object.entries(headers).find(([key]) => key.toLowerCase() === name)?.[1];
  return typeof value === 'object' ? value[0] : value;
}

function headerOf(headers: WebhookHeaders, name: string): string {
  const value = optionalHeader(headers, name);
  if (!value) throw new WebhookError('missing_header', `The header ${name} is missing.`);
  return value;
}

function checkTime(timestamp: string, toleranceSeconds: number, now: Date): void {
  if (!/^\d{1,12}$/.test(timestamp))
    throw new WebhookError('invalid_timestamp', 'The header webhook-timestamp is no number of seconds.');
  const age = Math.floor(now.getTime() / 1000) - Number(timestamp);
  if (Math.abs(age) > toleranceSeconds)
    throw new WebhookError(
      'stale',
      `The message is ${Math.abs(age)} s ${age > 0 ? 'old' : 'ahead'}, more than ${toleranceSeconds} s. Check this machine’s clock.`,
    );
}

function concatenated(first: Uint8Array, second: Uint8Array): Uint8Array<ArrayBuffer> {
  const all = new Uint8Array(first.length + second.length);
  all.set(first);
  all.set(second, first.length);
  return all;
}

/** Returns base64 as bytes; undefined if it is none. */
function decoded(base64: string): Uint8Array<ArrayBuffer> | undefined {
  try {
    return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
  } catch {
    return undefined;
  }
}

async function isSignedByOne(
  signed: Uint8Array<ArrayBuffer>,
  header: string,
  secrets: readonly string[],
): Promise<boolean> {
  const signatures = header.split(' ').flatMap((each) => {
    const [version, signature = ''] = each.split(',');
    return version === 'v1' ? (decoded(signature) ?? []) : [];
  });
  for (const secret of secrets) {
    const raw = decoded(secret.startsWith(PREFIX) ? secret.slice(PREFIX.length) : secret);
    if (!raw || raw.length === 0)
      throw new WebhookError('invalid_secret', 'The secret is not one: `whsec_` and base64.');
    const key = await crypto.subtle.importKey('raw', raw, { name: 'HMAC', hash: 'SHA-256' }, false, [
      'verify',
    ]);
    // `verify` compares in constant time.
    for (const signature of signatures)
      if (await crypto.subtle.verify('HMAC', key, signature, signed)) return true;
  }
  return false;
}

function parseMessage(bytes: Uint8Array): { type: string; data: object; test: boolean } {
  let parsed: unknown;
  try {
    parsed = JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes));
  } catch {
    throw new WebhookError('invalid_body', 'The body is not JSON.');
  }
  if (
    typeof parsed !== 'object' ||
    parsed === null ||
    !('type' in parsed && typeof parsed.type === 'string') ||
    !('data' in parsed && typeof parsed.data === 'object' && parsed.data !== null)
  )
    throw new WebhookError('invalid_body', 'The body is no message of a webhook.');
  const { type, data } = parsed;
  return { ...parsed, type, data, test: 'test' in data && data.test === true };
}
