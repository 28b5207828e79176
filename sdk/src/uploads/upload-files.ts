import type { ApiClient } from '../client.ts';
import { ApiError, DeepLensError } from '../errors.ts';
import { abortedBy, sleep } from '../sleep.ts';
import { batchesOf } from './batches.ts';
import { newChannel } from './channel.ts';
import { type HeldForm, postFile } from './post-file.ts';
import { asError, prepareBatch } from './prepare-batch.ts';
import { giveUp, type Prepared, presign } from './presign.ts';
import { newProgress } from './progress.ts';
import type { Upload, UploadOptions, UploadOutcome } from './upload.ts';

const DEFAULTS = { concurrency: 6, presignBatch: 20, maxRetries: 4, retryDelayMs: 500 };
/** Outcomes that may wait for the caller before files wait. */
const OUTCOMES = 64;
/** Added to the end of a window, which the service gives in whole seconds. */
const WINDOW_SLACK_MS = 500;

/** A file whose form is at hand. */
interface Ready<Item extends Upload> {
  file: Prepared<Item>;
  held: HeldForm;
}

/** An error of the credential concerns all files. */
const concernsAll = (error: unknown): boolean =>
  error instanceof ApiError && (error.status === 401 || error.status === 403);

/**
 * Uploads files: reads the source as files are sent, requests forms just ahead of them, posts `concurrency` files at once.
 * @returns an outcome for each file, in the order in which they end
 * @throws AbortError; an error of the source, of the credential or of the service that concerns all files, once the files under
 * way have ended
 */
export async function* uploadFiles<Item extends Upload>(
  client: ApiClient,
  source: Iterable<Item> | AsyncIterable<Item>,
  options: UploadOptions = {},
): AsyncGenerator<UploadOutcome<Item>, void, undefined> {
  const { concurrency, presignBatch, maxRetries } = { ...DEFAULTS, ...options };
  const { ledger } = options;
  if (options.signal?.aborted) throw abortedBy(options.signal);
  const controller = new AbortController();
  const { signal } = controller;
  const aborted = new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()));
  const cancel = () => controller.abort(options.signal?.reason);
  options.signal?.addEventListener('abort', cancel, { once: true });

  const batches = batchesOf(source);
  const outcomes = newChannel<UploadOutcome<Item>>(OUTCOMES);
  const progress = newProgress(options.onProgress);
  const ready: Ready<Item>[] = [];
  /** Files that the limit of uploads did not admit. */
  const waiting: Prepared<Item>[] = [];
  let failure: { error: unknown } | undefined;
  let refilling: Promise<void> | undefined;

  const fail = (error: unknown) => {
    failure ??= { error };
  };
  /** @param size of a file that was to be sent */
  const settle = async (outcome: UploadOutcome<Item>, size = 0) => {
    progress.settled(outcome.item, outcome.status, size);
    await outcomes.push(outcome);
  };

  /** Requests the forms of the next files. */
  const refill = async (): Promise<void> => {
    const room = client.rateLimit.uploads?.remaining ?? presignBatch;
    const most = Math.min(presignBatch, Math.max(room, 1));
    let batch = waiting.splice(0, most);
    if (batch.length === 0) {
      batch = await prepareBatch(await batches.next(most), { client, ledger, signal, settle });
      for (const { facts } of batch) progress.known(facts.size);
    }
    if (batch.length === 0) return;
    let waitS = 0;
    for (const [index, result] of (await presign(client, batch, ledger, signal)).entries()) {
      const file = batch[index];
      if (!file) continue;
      const { item, facts } = file;
      if ('held' in result) ready.push({ file, held: result.held });
      else if ('error' in result) await settle({ item, status: 'failed', error: result.error }, facts.size);
      else if ('duplicate' in result) {
        const image = result.duplicate;
        await settle({ item, status: 'duplicate', image_id: image.image_id, image }, facts.size);
      } else {
        waiting.push(file);
        waitS = Math.max(waitS, result.limited);
      }
    }
    if (waitS > 0) await sleep(waitS * 1000 + WINDOW_SLACK_MS, signal);
  };

  /** Returns the next file; undefined after the last. */
  const take = async (): Promise<Ready<Item> | undefined> => {
    for (;;) {
      if (failure || signal.aborted) return undefined;
      const hasMore = !batches.ended || waiting.length > 0;
      if (ready.length <= concurrency && hasMore && !refilling)
        refilling = refill()
          .catch(fail)
          .finally(() => {
            refilling = undefined;
          });
      const next = ready.shift();
      if (next || !refilling) return next;
      // The source may wait for long.
      await Promise.race([refilling, aborted]);
    }
  };

  const renew = async (file: Prepared<Item>, lost: HeldForm): Promise<HeldForm> => {
    await giveUp(client, lost.form, signal);
    const [result] = await presign(client, [{ ...file, isOurs: true }], ledger, signal);
    if (result && 'held' in result) return result.held;
    throw result && 'error' in result
      ? result.error
      : new DeepLensError(
          'The form ended before the file was sent, and no other is to be had now. Upload it again.',
        );
  };

  const send = async ({ file, held }: Ready<Item>): Promise<UploadOutcome<Item>> => {
    const { item, source, facts } = file;
    try {
      const { image_id } = await postFile({
        source,
        facts,
        held,
        maxRetries,
        retryDelayMs: DEFAULTS.retryDelayMs,
        signal,
        renew: (lost) => renew(file, lost),
        onSent: (bytes) => progress.sent(item, bytes),
      });
      if (facts.identity !== undefined) await ledger?.put(facts.identity, { state: 'uploaded', image_id });
      return { item, status: 'uploaded', image_id };
    } catch (error) {
      if (signal.aborted || concernsAll(error)) throw error;
      return { item, status: 'failed', error: asError(error) };
    }
  };

  const work = async () => {
    for (let next = await take(); next; next = await take())
      await settle(await send(next), next.file.facts.size);
  };
  const workers = Promise.all(Array.from({ length: concurrency }, () => work().catch(fail))).then(() =>
    outcomes.close(options.signal?.aborted ? abortedBy(options.signal) : failure?.error),
  );
  try {
    yield* outcomes;
  } finally {
    controller.abort();
    outcomes.close();
    await workers;
    options.signal?.removeEventListener('abort', cancel);
    batches.close();
  }
}
