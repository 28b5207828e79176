import { setTimeout as sleep } from 'node:timers/promises';
import type { DeepLens, Image } from '@deeplens/sdk';

/** Images that a call asks for, the most that the API takes. */
const BATCH = 100;
const POLL_MS = { first: 1_000, last: 10_000 };

export interface TrackedFailure {
  path: string;
  name: string;
  image_id: string;
  code: string;
  detail: string;
  retryable: boolean;
}

/** The file that an image was made of. */
export interface TrackedFile {
  path: string;
  name: string;
}

/** Follows images until they are indexed, while others are still being sent. */
export interface IndexTracker {
  add(image_id: string, file: TrackedFile): void;
  readonly indexed: number;
  /** No more are added: ends when all are settled. */
  finish(): Promise<void>;
  /** Ends now. */
  stop(): Promise<void>;
}

interface Options {
  signal: AbortSignal;
  /** Called when something has changed. */
  onChange: () => void;
  onFailed: (failure: TrackedFailure) => void;
  pollMs?: { first: number; last: number };
}

/** Returns a tracker, which polls a hundred images with a call, the oldest first. */
export function trackIndexing(
  { images }: Pick<DeepLens, 'images'>,
  { signal: outer, onChange, onFailed, pollMs = POLL_MS }: Options,
): IndexTracker {
  const pending = new Map<string, TrackedFile>();
  const stopping = new AbortController();
  const signal = AbortSignal.any([outer, stopping.signal]);
  let indexed = 0;
  let finishing = false;
  let nap = new AbortController();

  const settle = (image_id: string, file: TrackedFile, image: Image | undefined): boolean => {
    if (image && image.status !== 'indexed' && image.status !== 'failed') return false;
    pending.delete(image_id);
    if (image?.status === 'indexed') indexed += 1;
    else
      onFailed({
        path: file.path,
        name: file.name,
        image_id,
        code: image?.failure?.code ?? 'purged',
        detail: image?.failure?.detail ?? 'The image was deleted. To upload it again: --again.',
        retryable: image?.failure?.retryable ?? false,
      });
    return true;
  };

  /** @returns the milliseconds until the next poll */
  const poll = async (waited: number): Promise<number> => {
    const batch = [...pending].slice(0, BATCH);
    const { items } = await images.list({ ids: batch.map(([id]) => id), limit: BATCH }, { signal });
    const found = new Map(items.map((image) => [image.image_id, image]));
    const settled = batch.filter(([id, file]) => settle(id, file, found.get(id)));
    // Those that are not settled go to the end, so that one that is stuck does not hide the others.
    for (const [id, file] of batch) if (pending.delete(id)) pending.set(id, file);
    if (settled.length === 0) return Math.min(waited * 1.5, pollMs.last);
    onChange();
    return settled.length === BATCH ? 0 : pollMs.first;
  };

  const run = async (): Promise<void> => {
    let wait = pollMs.first;
    while (!(finishing && pending.size === 0)) {
      nap = new AbortController();
      if (wait > 0)
        await sleep(wait, undefined, { signal: AbortSignal.any([signal, nap.signal]) }).catch(
          () => undefined,
        );
      if (signal.aborted) return;
      if (pending.size > 0) wait = await poll(Math.max(wait, pollMs.first));
      else wait = pollMs.first;
    }
  };
  const running = run().catch((error: unknown) => {
    if (!signal.aborted) throw error;
  });
  // Its error is thrown by `finish`; until then nobody waits for it.
  running.catch(() => undefined);
  return {
    add: (image_id, { path, name }) => void pending.set(image_id, { path, name }),
    get indexed() {
      return indexed;
    },
    async finish() {
      finishing = true;
      nap.abort();
      await running;
    },
    async stop() {
      stopping.abort();
      await running;
    },
  };
}
