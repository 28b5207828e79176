import { ApiError, type DeepLens, type Image, type Me, type UploadProgress } from '@deeplens/sdk';
import { describeError } from '../../ui/describe-error.ts';
import type { FoundFile } from './dropped-files.ts';
import type { UploadFailure } from './failures.ts';
import { openLedger } from './indexed-db-ledger.ts';
import { forgetInterrupted, rememberRun } from './interrupted.ts';

/** A run as the page shows it. */
export interface UploadRun {
  phase: 'sending' | 'indexing' | 'done' | 'cancelled';
  total: number;
  totalBytes: number;
  startedAt: number;
  progress: UploadProgress;
  /** Undefined where the credential cannot read images. */
  indexed: number | undefined;
  failures: readonly UploadFailure[];
  /** The error that ended the run before all files were tried. */
  error?: unknown;
}

const NOTHING: UploadProgress = {
  uploaded: 0,
  duplicate: 0,
  resumed: 0,
  failed: 0,
  bytesSent: 0,
  bytesKnown: 0,
};
const IN_FLIGHT = 6;
const POLL_MS = 2_000;
const IDS = 100;

/** The run of this page: it goes on while people look at other pages. */
let run: UploadRun | undefined;
let files: ReadonlyMap<string, FoundFile> = new Map();
let controller = new AbortController();
const listeners = new Set<() => void>();

export const currentRun = (): UploadRun | undefined => run;
export const subscribe = (listener: () => void) => {
  listeners.add(listener);
  return () => {
    listeners.delete(listener);
  };
};
function change(next: Partial<UploadRun>): void {
  if (run) run = { ...run, ...next };
  for (const listener of listeners) listener();
}

export const cancelRun = (): void => controller.abort();

/** Forgets the run that has ended. */
export function closeRun(): void {
  run = undefined;
  change({});
}

/** Sends files; then follows their images, where the credential can read them, until each is searchable or has failed. */
export async function startRun(
  client: DeepLens,
  { tenant_id: tenant, scopes }: Me,
  found: readonly FoundFile[],
): Promise<void> {
  const canRead = scopes.includes('deeplens.search'); // a credential for uploading alone cannot
  controller = new AbortController();
  const { signal } = controller;
  files = new Map(found.map((each) => [each.path, each]));
  run = {
    phase: 'sending',
    total: files.size,
    totalBytes: found.reduce((sum, { file }) => sum + file.size, 0),
    startedAt: Date.now(),
    progress: NOTHING,
    indexed: canRead ? 0 : undefined,
    failures: [],
  };
  change({});
  const sent = new Map<string, string>();
  const following = canRead ? follow(client, sent, signal) : undefined;
  try {
    const ledger = await openLedger(tenant);
    let done = 0;
    for await (const outcome of client.uploads.files(items(files.values()), {
      concurrency: IN_FLIGHT,
      ledger,
      signal,
      onProgress: (progress) => change({ progress }),
    })) {
      const { path } = outcome.item;
      if (outcome.status === 'failed') fail(failureOf(path, outcome.error));
      else sent.set(outcome.image_id, path);
      done += 1;
      rememberRun(tenant, { done, total: files.size });
    }
    forgetInterrupted(tenant);
    if (following) {
      change({ phase: 'indexing' });
      await following.drain();
    }
    change({ phase: 'done' });
  } catch (error) {
    following?.stop();
    if (signal.aborted) change({ phase: 'cancelled' });
    else change({ phase: 'done', error });
  }
}

/** A file by its path: two of a name in different folders are two. */
function* items(found: Iterable<FoundFile>) {
  for (const { file, path } of found)
    yield { path, file: new File([file], path, { type: file.type, lastModified: file.lastModified }) };
}

const failureOf = (path: string, error: unknown): UploadFailure => {
  const { code = 'not_sent', detail } = describeError(error);
  return { path, code, detail, retryable: !(error instanceof ApiError) || error.retryable };
};

const fail = (failure: UploadFailure) => change({ failures: [...(run?.failures ?? []), failure] });

/** Polls images until each is settled. */
function follow(client: DeepLens, sent: ReadonlyMap<string, string>, signal: AbortSignal) {
  const settled = new Set<string>();
  let ending = false;
  let stopped = false;
  const note = (image: Image) => {
    const { image_id, status, failure } = image;
    if (status !== 'indexed' && status !== 'failed') return;
    settled.add(image_id);
    if (status === 'indexed') change({ indexed: (run?.indexed ?? 0) + 1 });
    else
      fail({
        path: sent.get(image_id) ?? image.file_path,
        code: failure?.code ?? 'failed',
        detail: failure?.detail ?? 'It failed.',
        imageId: image_id,
        retryable: failure?.retryable ?? false,
      });
  };
  const poll = async () => {
    for (;;) {
      const open = [...sent.keys()].filter((id) => !settled.has(id)).slice(0, IDS);
      if (stopped || signal.aborted || (ending && open.length === 0)) return;
      if (open.length > 0) {
        const { items: images } = await client.images.list({ ids: open }, { signal });
        images.forEach(note);
        const there = new Set(images.map(({ image_id }) => image_id));
        for (const id of open) if (!there.has(id)) settled.add(id); // deleted meanwhile
      }
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    }
  };
  const polling = poll();
  polling.catch(() => {}); // thrown by drain
  return {
    /** Waits until all are settled. */
    drain: () => {
      ending = true;
      return polling;
    },
    stop: () => {
      stopped = true;
    },
  };
}

/** Tries failed files again: those that were not sent are sent, those that were are retried where they failed. */
export async function retryFailures(
  client: DeepLens,
  me: Me,
  failures: readonly UploadFailure[],
): Promise<void> {
  const again = failures.flatMap(({ path }) => files.get(path) ?? []);
  await Promise.allSettled(failures.map(({ imageId }) => imageId && client.images.retry(imageId)));
  // Those that were sent are known by the ledger: they are followed, not sent.
  await startRun(client, me, again);
}
