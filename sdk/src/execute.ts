import { type Answer, type Attempt, attempt } from './attempt.ts';
import { sentBody } from './body.ts';
import { ApiError, hasCode } from './errors.ts';
import { VERSION } from './generated/operations.gen.ts';
import { newIdempotencyKey } from './idempotency-key.ts';
import type { Repeat } from './operation.ts';
import type { CallOptions, Settings } from './options.ts';
import { isBrowser, platformName } from './platform.ts';
import { retryWaitMs } from './retry.ts';
import { sleep } from './sleep.ts';

/** A logical call: one or more tries. */
export interface Call {
  method: string;
  /** With its parameters filled in. */
  path: string;
  query?: Readonly<Record<string, unknown>> | undefined;
  body?: unknown;
  repeat: Repeat;
  otherReplies?: readonly number[] | undefined;
  /** Calls of a kind touch the same counters. */
  kind: string;
  /** What the call takes from counters, if not one. */
  amounts?: Readonly<Record<string, number>> | undefined;
}

/** Returns a query string: lists joined by commas, as the API reads them; nothing for what is undefined. */
function queryString(query: Call['query'] = {}): string {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query))
    if (value !== undefined) parameters.set(name, Array.isArray(value) ? value.join(',') : String(value));
  const text = parameters.toString();
  return text && `?${text}`;
}

/** Headers that describe the client. A page cannot set them: the preflight does not allow them. */
const clientHeaders = (retries: number): Record<string, string> =>
  isBrowser()
    ? {}
    : {
        'user-agent': `deeplens-sdk/${VERSION} (${platformName()})`,
        ...(retries > 0 && { 'x-deeplens-retry-count': String(retries) }),
      };

async function credentials({ apiKey, token }: Settings, expired: boolean): Promise<Record<string, string>> {
  const bearer = typeof token === 'function' ? await token({ expired }) : token;
  return {
    ...(apiKey !== undefined && { 'x-api-key': apiKey }),
    ...(bearer !== undefined && { authorization: `Bearer ${bearer}` }),
  };
}

/** Makes a call, with as many retries as it may have, all with one Idempotency-Key. @throws DeepLensError */
export async function execute(
  settings: Settings,
  call: Call,
  options: CallOptions = {},
): Promise<Answer<unknown>> {
  const { signal, timeoutMs = settings.timeoutMs, maxRetries = settings.maxRetries } = options;
  const idempotencyKey =
    options.idempotencyKey ?? (call.repeat === 'keyed' ? newIdempotencyKey() : undefined);
  const url = `${settings.baseUrl}${call.path}${queryString(call.query)}`;
  for (let retries = 0, expired = false; ; retries += 1) {
    const request: Attempt = {
      method: call.method,
      url,
      path: call.path,
      body: call.body,
      timeoutMs,
      signal,
      otherReplies: call.otherReplies ?? [],
      headers: {
        ...clientHeaders(retries),
        ...(await credentials(settings, expired)),
        ...(idempotencyKey !== undefined && { 'idempotency-key': idempotencyKey }),
        ...settings.headers,
        ...options.headers,
      },
    };
    try {
      return await observed(settings, call, request, retries + 1, idempotencyKey);
    } catch (error) {
      const waitMs = retryWaitMs(error, {
        retries,
        maxRetries,
        retryDelayMs: settings.retryDelayMs,
        repeat: call.repeat,
        bodyCanBeSentAgain: sentBody(call.body).canBeSentAgain,
        tokenCanBeRenewed: typeof settings.token === 'function',
      });
      if (waitMs === undefined) throw error;
      expired = hasCode(error, 'token_expired');
      await sleep(waitMs, signal);
    }
  }
}

/** One try: paced, and reported to `onResponse`. */
async function observed(
  settings: Settings,
  { kind, amounts = {} }: Call,
  request: Attempt,
  number: number,
  idempotencyKey: string | undefined,
): Promise<Answer<unknown>> {
  const { pacer, onResponse } = settings;
  const done = await pacer?.admit(kind, amounts, request.signal);
  const begun = Date.now();
  const report = (reply: { status?: number; correlationId?: string | undefined }) =>
    onResponse?.({
      method: request.method,
      url: request.url,
      attempt: number,
      ms: Date.now() - begun,
      ...(reply.status !== undefined && { status: reply.status }),
      ...(reply.correlationId !== undefined && { correlationId: reply.correlationId }),
      ...(idempotencyKey !== undefined && { idempotencyKey }),
    });
  try {
    const answer = await attempt(settings, request);
    done?.(answer.rateLimit);
    report({ status: answer.response.status, correlationId: answer.requestId });
    return answer;
  } catch (error) {
    const limits = error instanceof ApiError ? error.rateLimit : {};
    done?.(Object.keys(limits).length > 0 ? limits : undefined);
    report(error instanceof ApiError ? error : {});
    throw error;
  }
}
