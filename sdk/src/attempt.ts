import { type SentBody, sentBody } from './body.ts';
import { apiError, ConnectionError, DeepLensError, TimeoutError } from './errors.ts';
import type { Problem } from './generated/types.gen.ts';
import type { Settings } from './options.ts';
import { type RateLimits, rateLimitsOf, retryAfterOf } from './rate-limit.ts';
import { abortedBy } from './sleep.ts';

/** A reply whose body was read. */
export interface Answer<Data> {
  data: Data;
  /** Its body is used up. */
  response: Response;
  /** The correlation id. */
  requestId: string | undefined;
  rateLimit: RateLimits;
}

/** A request, ready to be sent. */
export interface Attempt {
  method: string;
  url: string;
  path: string;
  headers: Readonly<Record<string, string>>;
  body: unknown;
  timeoutMs: number;
  signal: AbortSignal | undefined;
  /** Statuses besides 2xx whose reply is no problem document. */
  otherReplies: readonly number[];
}

/** Sends a request once and reads its reply. @throws ApiError, ConnectionError, TimeoutError, AbortError */
export async function attempt(settings: Settings, request: Attempt): Promise<Answer<unknown>> {
  const { signal, timeoutMs, method, path } = request;
  if (signal?.aborted) throw abortedBy(signal);
  const controller = new AbortController();
  const cancel = () => controller.abort();
  const timer = setTimeout(cancel, timeoutMs);
  signal?.addEventListener('abort', cancel, { once: true });
  try {
    const response = await settings.fetch(
      request.url,
      requestInit(request, sentBody(request.body), controller.signal),
    );
    const text = await response.text();
    return readReply(request, response, text);
  } catch (error) {
    if (error instanceof DeepLensError) throw error;
    if (signal?.aborted) throw abortedBy(signal);
    if (controller.signal.aborted)
      throw new TimeoutError(`${method} ${path}: no reply within ${timeoutMs} ms.`, { cause: error });
    const reason = error instanceof Error ? error.message : String(error);
    throw new ConnectionError(
      `${method} ${path}: the connection to ${settings.baseUrl} failed: ${reason}. Check the base URL and the network.`,
      { cause: error },
    );
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', cancel);
  }
}

function requestInit(
  { method, headers }: Attempt,
  { body, contentType, canBeSentAgain }: SentBody,
  signal: AbortSignal,
): RequestInit {
  return {
    method,
    // A redirect leads to another host, which must not get the credentials.
    redirect: 'manual',
    headers: { accept: 'application/json', ...(contentType && { 'content-type': contentType }), ...headers },
    signal,
    ...(body !== undefined && { body }),
    ...(!canBeSentAgain && { duplex: 'half' }),
  };
}

function readReply(request: Attempt, response: Response, text: string): Answer<unknown> {
  const { otherReplies } = request;
  const { status, headers } = response;
  const parsed = parseJson(text);
  const answer = {
    data: parsed ?? (text === '' ? undefined : text),
    response,
    requestId: headers.get('x-correlation-id') ?? undefined,
    rateLimit: rateLimitsOf(headers),
  };
  const isReply = parsed !== undefined || text === '';
  if (isReply && status >= 200 && status < 300) return answer;
  if (isRedirect(response)) {
    // Browsers hide the status of a redirect.
    if (otherReplies.includes(status || 302)) return answer;
    throw refusal(request, answer, { detail: redirected(headers.get('location')) });
  }
  const problem = problemOf(parsed);
  if (isReply && problem.code === undefined && otherReplies.includes(status)) return answer;
  throw refusal(request, answer, problem);
}

const isRedirect = ({ status, type }: Response): boolean =>
  type === 'opaqueredirect' || (status >= 300 && status < 400);

const redirected = (location: string | null): string =>
  `The service redirects to ${location ?? 'another address'}, which is not followed, as it would get the credential. Check the base URL.`;

function refusal({ method, path }: Attempt, answer: Answer<unknown>, problem: Partial<Problem>) {
  const { status, headers } = answer.response;
  const { data: body, rateLimit } = answer;
  return apiError({
    method,
    path,
    status,
    headers,
    problem,
    body,
    rateLimit,
    retryAfter: retryAfterOf(headers),
  });
}

function parseJson(text: string): unknown {
  if (text === '') return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Returns a problem document; an empty one if it is none. */
const problemOf = (parsed: unknown): Partial<Problem> =>
  typeof parsed === 'object' && parsed !== null && 'code' in parsed && typeof parsed.code === 'string'
    ? (parsed as Partial<Problem>) // the API's errors have this form; the members are optional
    : {};
