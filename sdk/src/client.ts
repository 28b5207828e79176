import { ApiPromise } from './api-promise.ts';
import type { Answer } from './attempt.ts';
import { ApiError, DeepLensError } from './errors.ts';
import { type Call, execute } from './execute.ts';
import { OPERATIONS, type Operations } from './generated/operations.gen.ts';
import type { CallOptions, ClientOptions, Fetch, Settings } from './options.ts';
import { newPacer } from './pacer.ts';
import { PagePromise } from './page.ts';
import { isBrowser, variable } from './platform.ts';
import type { RateLimits } from './rate-limit.ts';

type Input<Id extends keyof Operations> = Operations[Id]['input'];
type Reply<Id extends keyof Operations> = Operations[Id]['reply'];
/** Input of any operation, as calls are built from it. */
interface AnyInput {
  path?: Record<string, unknown>;
  query?: Record<string, unknown>;
  body?: unknown;
}

/** What a call that is no operation of this version sends. */
export interface RawInput {
  query?: Readonly<Record<string, unknown>>;
  /** An object is sent as JSON, with a Blob as `file` as a form; anything else that `fetch` takes as it is. */
  body?: unknown;
}

/** Makes calls of one caller. `DeepLens` adds a method for each operation. */
export class ApiClient {
  readonly #settings: Settings;
  #rateLimit: RateLimits = {};

  /** @throws DeepLensError if there is no base URL, or a secret key in a page */
  constructor(options: ClientOptions = {}) {
    this.#settings = settingsOf(options);
  }

  /** What requests are sent with. */
  get fetch(): Fetch {
    return this.#settings.fetch;
  }

  /** The limits as the latest replies gave them, by counter. */
  get rateLimit(): RateLimits {
    return this.#rateLimit;
  }

  /** Calls an operation by its id in the OpenAPI document. */
  call<Id extends keyof Operations>(id: Id, input: Input<Id>, options?: CallOptions): ApiPromise<Reply<Id>> {
    return new ApiPromise(this.#answer(id, input, options));
  }

  /** Lists by an operation whose input and reply have a cursor. @param itemsOf returns the items of a reply */
  pages<Id extends keyof Operations, Item>(
    id: Id,
    input: Input<Id>,
    itemsOf: (reply: Reply<Id>) => readonly Item[],
    options?: CallOptions,
  ): PagePromise<Item, Reply<Id>> {
    const { query, body } = input as AnyInput; // every input is one
    // A search for duplicates has its cursor in the body.
    const at = (cursor: string): AnyInput =>
      body === undefined
        ? { ...input, query: { ...query, cursor } }
        : { ...input, body: { ...body, cursor } };
    return new PagePromise(
      (cursor) => this.#answer(id, cursor === undefined ? input : (at(cursor) as Input<Id>), options), // with a cursor
      itemsOf,
    );
  }

  /** Makes any call: `request('GET', '/images')`. One that changes something is repeated only with an `idempotencyKey`. */
  request(
    method: string,
    path: string,
    input: RawInput = {},
    options: CallOptions = {},
  ): ApiPromise<unknown> {
    const safe = method === 'GET' || method === 'HEAD';
    const repeat = safe ? 'safe' : options.idempotencyKey === undefined ? 'once' : 'keyed';
    return new ApiPromise(
      this.#execute({ method, path, ...input, repeat, kind: `${method} ${path}` }, options),
    );
  }

  async #answer<Id extends keyof Operations>(
    id: Id,
    input: Input<Id>,
    options?: CallOptions,
  ): Promise<Answer<Reply<Id>>> {
    const [method, template, repeat, otherReplies] = OPERATIONS[id];
    const { path = {}, query, body } = input as AnyInput; // every input is one
    const call: Call = {
      method,
      path: template.replace(/\{(\w+)\}/g, (_, name: string) => segment(name, path[name])),
      query,
      body,
      repeat,
      otherReplies,
      kind: id,
      amounts: id === 'requestUploads' ? { uploads: filesIn(body) } : undefined,
    };
    return (await this.#execute(call, options)) as Answer<Reply<Id>>; // as the document says
  }

  async #execute(call: Call, options?: CallOptions): Promise<Answer<unknown>> {
    const note = (limits: RateLimits) => {
      this.#rateLimit = { ...this.#rateLimit, ...limits };
    };
    try {
      const answer = await execute(this.#settings, call, options);
      note(answer.rateLimit);
      return answer;
    } catch (error) {
      if (error instanceof ApiError) note(error.rateLimit);
      throw error;
    }
  }
}

const filesIn = (body: unknown): number =>
  typeof body === 'object' && body !== null && 'files' in body && Array.isArray(body.files)
    ? body.files.length
    : 1;

/** An empty one would call another operation. */
function segment(name: string, value: unknown): string {
  if (typeof value !== 'string' || value === '') throw new DeepLensError(`${name} must not be empty.`);
  return encodeURIComponent(value);
}

function settingsOf(options: ClientOptions): Settings {
  const { token, fetch = (url, init) => globalThis.fetch(url, init) } = options;
  const apiKey = options.apiKey ?? (token === undefined ? variable('DEEPLENS_API_KEY') : undefined);
  const baseUrl = options.baseUrl ?? variable('DEEPLENS_BASE_URL');
  if (!baseUrl)
    throw new DeepLensError(
      'No base URL: pass `baseUrl`, such as https://api.example.com/api/v1, or set DEEPLENS_BASE_URL.',
    );
  if (isBrowser() && apiKey?.startsWith('dl_live_') && !options.dangerouslyAllowBrowser)
    throw new DeepLensError(
      'A secret key in a page can be read by everyone who opens it. Use a publishable key (dl_pub_…) with a person’s token, or a token alone; if only trusted people open the page, pass `dangerouslyAllowBrowser: true`.',
    );
  return {
    baseUrl: baseUrl.replace(/\/+$/, ''),
    apiKey,
    token,
    fetch,
    timeoutMs: options.timeoutMs ?? 30_000,
    maxRetries: options.maxRetries ?? 2,
    retryDelayMs: options.retryDelayMs ?? 500,
    headers: options.headers ?? {},
    onResponse: options.onResponse,
    pacer: options.pace ? newPacer() : undefined,
  };
}
