import { ConnectionError, DeepLensError } from '../errors.ts';
import type { UploadForm } from '../generated/types.gen.ts';
import { abortedBy, sleep } from '../sleep.ts';
import type { FileFacts, UploadSource } from './upload.ts';

/** The storage refused a file. `code` is its own, such as `EntityTooLarge`. */
export class StorageError extends DeepLensError {
  override readonly name = 'StorageError';
  readonly status: number;
  readonly code: string | undefined;

  constructor(filename: string, status: number, text: string) {
    const code = /<Code>([^<]+)<\/Code>/.exec(text)?.[1];
    const message = /<Message>([^<]+)<\/Message>/.exec(text)?.[1];
    super(`The storage refused ${filename}: ${status} ${code ?? ''} ${message ?? ''}`.trimEnd());
    this.status = status;
    this.code = code;
  }
}

/** A form is renewed so long before its end, in milliseconds. */
const BEFORE_END_MS = 30_000;
/** A try may take so long, and longer for a large file: as if a second had so many bytes. */
const POST_MS = 60_000;
const SLOWEST_BYTES_PER_S = 32 * 1024;

/** A form with the time, by this machine's clock, at which it ends. */
export interface HeldForm {
  form: UploadForm;
  endsAt: number;
}

export interface PostFile {
  source: UploadSource;
  facts: FileFacts;
  held: HeldForm;
  /** Gets another form for the file. */
  renew(lost: HeldForm): Promise<HeldForm>;
  maxRetries: number;
  retryDelayMs: number;
  signal: AbortSignal;
  onSent(bytes: number): void;
}

const isExpired = ({ status, message }: StorageError): boolean => status === 403 && /expired/i.test(message);
const canRetry = (error: unknown): boolean =>
  error instanceof ConnectionError ||
  (error instanceof StorageError && (error.status >= 500 || [408, 429].includes(error.status)));

/**
 * Posts a file, with retries: the same form twice stores the same object. A form that has ended is renewed.
 * @returns the form that was taken @throws StorageError, ConnectionError; AbortError
 */
export async function postFile(post: PostFile): Promise<UploadForm> {
  const { maxRetries, retryDelayMs, signal } = post;
  let { held } = post;
  for (let retries = 0; ; retries += 1) {
    if (Date.now() > held.endsAt - BEFORE_END_MS) held = await post.renew(held);
    try {
      await postOnce(post, held.form);
      return held.form;
    } catch (error) {
      if (signal.aborted) throw abortedBy(signal);
      const expired = error instanceof StorageError && isExpired(error);
      if (retries >= maxRetries || !(expired || canRetry(error))) throw error;
      post.onSent(0);
      if (expired) held = await post.renew(held);
      else await sleep(retryDelayMs * 2 ** retries * (0.75 + Math.random() / 2), signal);
    }
  }
}

async function postOnce({ source, facts, signal, onSent }: PostFile, form: UploadForm): Promise<void> {
  const limitMs = POST_MS + (facts.size / SLOWEST_BYTES_PER_S) * 1000;
  const controller = new AbortController();
  const cancel = () => controller.abort(signal.reason);
  const timer = setTimeout(cancel, limitMs);
  signal.addEventListener('abort', cancel, { once: true });
  try {
    const { status, text } = await source.post(form, facts, { signal: controller.signal, onSent });
    if (status < 200 || status >= 300) throw new StorageError(facts.filename, status, text);
  } catch (error) {
    if (error instanceof DeepLensError) throw error;
    const reason = controller.signal.aborted
      ? `not within ${Math.round(limitMs / 1000)} s`
      : error instanceof Error
        ? error.message
        : String(error);
    throw new ConnectionError(`${facts.filename} could not be sent to the storage: ${reason}`, {
      cause: error,
    });
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', cancel);
  }
}
