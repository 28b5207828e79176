import type { ApiClient } from './client.ts';
import { DeepLensError, TimeoutError } from './errors.ts';
import type { Image } from './generated/types.gen.ts';
import { sleep } from './sleep.ts';
import { pollWaits } from './wait-for-job.ts';

/** Images that are asked for at once, the most that the API takes. */
const BATCH = 100;

export interface WaitUntilIndexed {
  /** Called whenever an image was indexed or failed. */
  onProgress?: (progress: { indexed: number; failed: number; total: number }) => void;
  /** The longest time to wait, in milliseconds; by default as long as it takes. */
  timeoutMs?: number;
  signal?: AbortSignal | undefined;
}

/** Images failed, or were deleted. The records of failed images have the reason in `failure`. */
export class IndexingError extends DeepLensError {
  override readonly name = 'IndexingError';
  readonly indexed: readonly Image[];
  readonly failed: readonly Image[];
  /** Ids of images that do not exist. */
  readonly missing: readonly string[];

  constructor(indexed: readonly Image[], failed: readonly Image[], missing: readonly string[]) {
    const [first] = failed;
    const why = first?.failure ? `: ${first.image_id} ${first.failure.code}: ${first.failure.detail}` : '';
    super(
      `${failed.length} images failed and ${missing.length} do not exist, ${indexed.length} are indexed${why}`,
    );
    this.indexed = indexed;
    this.failed = failed;
    this.missing = missing;
  }
}

/** Polls images, at most 100 with a call, until each is indexed, has failed or is gone. @returns their records, in order */
export async function waitUntilIndexed(
  client: ApiClient,
  ids: readonly string[],
  { onProgress, timeoutMs = Number.POSITIVE_INFINITY, signal }: WaitUntilIndexed,
): Promise<Image[]> {
  const end = Date.now() + timeoutMs;
  const settled = new Map<string, Image | undefined>();
  const indexed: Image[] = [];
  const failed: Image[] = [];
  for (let waits = pollWaits(); ; ) {
    const batch = ids.filter((id) => !settled.has(id)).slice(0, BATCH);
    if (batch.length === 0) break;
    const { images } = await client.call('listImages', { query: { ids: batch.join() } }, { signal });
    const found = new Map(images.map((image) => [image.image_id, image]));
    const before = settled.size;
    for (const id of batch) {
      const image = found.get(id);
      if (image?.status === 'indexed') indexed.push(image);
      else if (image?.status === 'failed') failed.push(image);
      else if (image) continue;
      settled.set(id, image);
    }
    if (settled.size > before) {
      onProgress?.({ indexed: indexed.length, failed: failed.length, total: ids.length });
      waits = pollWaits(); // what comes next may be soon
      if (batch.length === BATCH && settled.size - before === BATCH) continue;
    }
    if (settled.size === new Set(ids).size) break;
    const waitMs = waits.next().value;
    if (Date.now() + waitMs > end)
      throw new TimeoutError(
        `${ids.length - settled.size} of ${ids.length} images are not indexed after ${timeoutMs} ms; wait for them again.`,
      );
    await sleep(waitMs, signal);
  }
  const missing = ids.filter((id) => settled.get(id) === undefined);
  if (failed.length > 0 || missing.length > 0) throw new IndexingError(indexed, failed, missing);
  return ids.flatMap((id) => settled.get(id) ?? []);
}
