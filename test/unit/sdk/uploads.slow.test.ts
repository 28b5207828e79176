import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  AbortError,
  DeepLens,
  IndexingError,
  PermissionDeniedError,
  StorageError,
  type Upload,
  type UploadOptions,
  type UploadOutcome,
  type UploadProgress,
} from '@deeplens/sdk';
import { filesOnDisk, openLedger } from '@deeplens/sdk/node';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { arrived, problem, type StubApi, startStubApi } from '../../fixtures/stub-api.ts';

let api: StubApi;
let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'deeplens-uploads-'));
});
afterEach(async () => {
  await api.stop();
  await rm(folder, { recursive: true });
});

const client = () => new DeepLens({ baseUrl: api.url, apiKey: 'dl_live_k_s', retryDelayMs: 1 });
const blobs = (count: number): Upload[] =>
  Array.from({ length: count }, (_, index) => ({
    file: new Blob([`bytes of ${index}`]),
    filename: `${index}.jpg`,
    external_id: `x${index}`,
  }));
/** Writes files of different sizes. */
async function onDisk(count: number): Promise<string[]> {
  const paths = Array.from({ length: count }, (_, index) => join(folder, `${index}.jpg`));
  await Promise.all(paths.map((path, index) => writeFile(path, 'x'.repeat(index * 7_001))));
  return paths;
}
async function collect(source: Iterable<Upload> | AsyncIterable<Upload>, options?: UploadOptions) {
  const outcomes: UploadOutcome[] = [];
  for await (const outcome of client().uploads.files(source, options)) outcomes.push(outcome);
  return outcomes;
}
const statuses = (outcomes: UploadOutcome[]) => {
  const counts: Record<string, number> = {};
  for (const { status } of outcomes) counts[status] = (counts[status] ?? 0) + 1;
  return counts;
};

describe('uploads', () => {
  test('of Blobs arrive once each, with their checksums, a bounded number at once', async () => {
    api = await startStubApi();
    const outcomes = await collect(blobs(50), { concurrency: 3, presignBatch: 10 });
    expect(statuses(outcomes)).toEqual({ uploaded: 50 });
    expect(arrived(api)).toHaveLength(50);
    expect(
      arrived(api).every(({ posts, file }) => posts === 1 && /^[0-9a-f]{64}$/.test(file.sha256 ?? '')),
    ).toBe(true);
    expect(api.most()).toBeLessThanOrEqual(3);
    expect(api.presigns).toEqual([10, 10, 10, 10, 10]);
  });

  test('of files on disk arrive whole; an unreadable one fails alone', async () => {
    api = await startStubApi();
    const paths = await onDisk(12);
    const outcomes = await collect(filesOnDisk([...paths, join(folder, 'missing.jpg')]));
    expect(statuses(outcomes)).toEqual({ uploaded: 12, failed: 1 });
    const failed = outcomes.find(({ status }) => status === 'failed');
    expect(failed?.status === 'failed' && failed.error.message).toContain('missing.jpg cannot be read');
    expect(
      arrived(api)
        .map(({ bytes }) => bytes)
        .toSorted((a, b) => a - b),
    ).toEqual(Array.from({ length: 12 }, (_, index) => index * 7_001));
  });

  test('read the source no further than the forms that are ahead', async () => {
    let held = true;
    api = await startStubApi();
    let read = 0;
    function* source() {
      for (const upload of blobs(200)) {
        read += 1;
        yield upload;
      }
    }
    for await (const _ of client().uploads.files(source(), { concurrency: 2, presignBatch: 5 })) {
      if (held) {
        // The outcomes that wait are bounded, and so is what is read.
        await new Promise((resolve) => setTimeout(resolve, 300));
        expect(read).toBeLessThan(110);
        held = false;
      }
    }
    expect(read).toBe(200);
  });

  test('are repeated after faults of the storage, with the same form', async () => {
    const faults = new Map<string, number>();
    api = await startStubApi({
      onPost: ({ image_id }) => {
        const count = (faults.get(image_id) ?? 0) + 1;
        faults.set(image_id, count);
        if (count === 1) return 'reset';
        return count === 2 ? { status: 503, text: '<Error><Code>SlowDown</Code></Error>' } : undefined;
      },
    });
    const outcomes = await collect(filesOnDisk(await onDisk(3)), { maxRetries: 2 });
    expect(statuses(outcomes)).toEqual({ uploaded: 3 });
    expect(api.images.size).toBe(3);
  });

  test('that the storage refuses fail alone, with its code', async () => {
    api = await startStubApi({
      onPost: ({ file }) =>
        file.filename === '1.jpg'
          ? { status: 400, text: '<Error><Code>EntityTooLarge</Code><Message>Too large.</Message></Error>' }
          : undefined,
    });
    const outcomes = await collect(blobs(3));
    const failed = outcomes.find(({ status }) => status === 'failed');
    expect(failed?.status === 'failed' && failed.error).toBeInstanceOf(StorageError);
    expect(failed).toMatchObject({ error: { status: 400, code: 'EntityTooLarge' } });
    expect(statuses(outcomes)).toEqual({ uploaded: 2, failed: 1 });
  });

  test('that the storage refuses before all is sent have its reason', async () => {
    api = await startStubApi({ refusesEarly: true });
    const path = join(folder, 'large.tif');
    await writeFile(path, Buffer.alloc(8_000_000));
    const [outcome] = await collect(filesOnDisk([path]));
    expect(outcome).toMatchObject({
      status: 'failed',
      error: { name: 'StorageError', code: 'EntityTooLarge' },
    });
  });

  test('that the API refuses fail alone, with their code', async () => {
    api = await startStubApi({
      onFile: ({ filename }) => (filename === '0.jpg' ? problem(429, 'quota_exceeded') : undefined),
    });
    const outcomes = await collect(blobs(3));
    expect(outcomes.find(({ status }) => status === 'failed')).toMatchObject({
      error: { code: 'quota_exceeded' },
    });
    expect(statuses(outcomes)).toEqual({ uploaded: 2, failed: 1 });
  });

  test('a form that has ended is renewed, and its image is the only one', async () => {
    let ended = true;
    api = await startStubApi({
      onPost: () => {
        if (!ended) return undefined;
        ended = false;
        return {
          status: 403,
          text: '<Error><Code>AccessDenied</Code><Message>Policy expired.</Message></Error>',
        };
      },
    });
    const outcomes = await collect(blobs(1));
    expect(statuses(outcomes)).toEqual({ uploaded: 1 });
    expect([...api.images.values()]).toMatchObject([{ posts: 1 }]);
  });

  test('a form that is about to end is renewed before it is used', async () => {
    api = await startStubApi({ formMs: 20_000 });
    const outcomes = await collect(blobs(3));
    expect(statuses(outcomes)).toEqual({ uploaded: 3 });
    expect(api.presigns).toEqual([3, 1, 1, 1]);
    expect(arrived(api).map(({ posts }) => posts)).toEqual([1, 1, 1]);
    expect(api.images.size).toBe(3);
  });

  test('an image with the external id is a duplicate', async () => {
    api = await startStubApi();
    await collect(blobs(2));
    const outcomes = await collect(blobs(3));
    expect(statuses(outcomes)).toEqual({ uploaded: 1, duplicate: 2 });
    expect(arrived(api).every(({ posts }) => posts === 1)).toBe(true);
  });

  test('an unused form of another upload is not taken', async () => {
    api = await startStubApi();
    await client().uploads.request([{ filename: 'a.jpg', size: 1, external_id: 'x0' }]);
    expect(await collect(blobs(1))).toMatchObject([{ status: 'failed', error: { code: 'conflict' } }]);
  });

  test('a refused credential ends the run with its error', async () => {
    api = await startStubApi({ onPresign: () => problem(403, 'missing_scope') });
    await expect(collect(blobs(100))).rejects.toThrow(PermissionDeniedError);
  });

  test('an error of the source ends the run, after the files before it', async () => {
    api = await startStubApi();
    async function* source() {
      yield* blobs(3);
      throw new Error('the folder is gone');
    }
    const outcomes: UploadOutcome[] = [];
    const run = async () => {
      for await (const outcome of client().uploads.files(source(), { presignBatch: 3 }))
        outcomes.push(outcome);
    };
    await expect(run()).rejects.toThrow('the folder is gone');
  });

  test('an aborted run ends at once, also while its source waits', async () => {
    api = await startStubApi();
    async function* source() {
      yield* blobs(2);
      await new Promise(() => {});
    }
    const controller = new AbortController();
    const run = async () => {
      for await (const _ of client().uploads.files(source(), { signal: controller.signal }))
        if (arrived(api).length === 2) controller.abort();
    };
    await expect(run()).rejects.toThrow(AbortError);
  });

  test('a source that hesitates does not hold up the files before', async () => {
    api = await startStubApi();
    let release = () => {};
    const released = new Promise<void>((resolve) => {
      release = resolve;
    });
    async function* source() {
      yield* blobs(2);
      await released;
    }
    let count = 0;
    for await (const _ of client().uploads.files(source(), { presignBatch: 10 })) {
      count += 1;
      if (count === 2) release();
    }
    expect(count).toBe(2);
  });

  test('progress ends at all bytes and never passes them', async () => {
    let resets = 2;
    api = await startStubApi({
      onPost: () => {
        resets -= 1;
        return resets >= 0 ? 'reset' : undefined;
      },
    });
    const seen: UploadProgress[] = [];
    await collect(filesOnDisk([...(await onDisk(10)), join(folder, 'missing')]), {
      onProgress: (progress) => seen.push(progress),
    });
    expect(seen.every(({ bytesSent, bytesKnown }) => bytesSent <= bytesKnown)).toBe(true);
    expect(seen.at(-1)).toEqual({
      uploaded: 10,
      duplicate: 0,
      resumed: 0,
      failed: 1,
      bytesSent: 45 * 7_001,
      bytesKnown: 45 * 7_001,
    });
  });
});

describe('a ledger', () => {
  test('lets a second run do only the rest; a changed file is another', async () => {
    api = await startStubApi();
    const paths = await onDisk(6);
    const path = join(folder, 'state/ledger.ndjson');
    const first = await openLedger(path);
    await collect(filesOnDisk(paths.slice(0, 4)), { ledger: first });
    await first.close();
    await writeFile(paths[0] ?? '', 'changed');
    await writeFile(path, `${await readFile(path, 'utf8')}{"file":"cut o`);
    const second = await openLedger(path);
    expect(second.uploaded).toBe(4);
    const outcomes = await collect(filesOnDisk(paths), { ledger: second });
    await second.close();
    expect(statuses(outcomes)).toEqual({ resumed: 3, uploaded: 3 });
    const third = await openLedger(path);
    expect(third.uploaded).toBe(7);
    await third.close();
  });

  test('of a run that was broken off anywhere loses no image and stores none twice', async () => {
    api = await startStubApi();
    const paths = await onDisk(40);
    const items = () => filesOnDisk(paths.map((path, index) => ({ path, external_id: `x${index}` })));
    for (let killed = 1; killed <= 12; killed += 1) {
      const ledger = await openLedger(join(folder, 'ledger'));
      let notes = 0;
      // A process that ends at one of its notes: nothing is written after it.
      const broken = {
        get: ledger.get,
        put: (identity: string, entry: Parameters<typeof ledger.put>[1]) => {
          notes += 1;
          if (notes > killed * 5) throw new Error('killed');
          ledger.put(identity, entry);
        },
      };
      await collect(items(), { ledger: broken }).catch(() => {});
      await ledger.close();
    }
    const ledger = await openLedger(join(folder, 'ledger'));
    const outcomes = await collect(items(), { ledger });
    await ledger.close();
    expect(outcomes.filter(({ status }) => status === 'failed')).toEqual([]);
    expect(arrived(api)).toHaveLength(40);
    expect(arrived(api).every(({ posts }) => posts === 1)).toBe(true);
  });
});

test('images are waited for, and returned in order', async () => {
  api = await startStubApi();
  const outcomes = await collect(blobs(120));
  const ids = outcomes.flatMap((outcome) => ('image_id' in outcome ? [outcome.image_id] : []));
  let total = 0;
  const images = await client().images.waitUntilIndexed(ids, {
    onProgress: ({ indexed }) => {
      total = indexed;
    },
  });
  expect(images.map(({ image_id }) => image_id)).toEqual(ids);
  expect(total).toBe(120);
});

test('an image that failed or is gone is told once all are settled', async () => {
  api = await startStubApi();
  const outcomes = await collect(blobs(2));
  const [first, second] = outcomes.flatMap((outcome) => ('image_id' in outcome ? [outcome.image_id] : []));
  const failed = api.images.get(first ?? '');
  if (failed) failed.status = 'failed';
  const error = await client()
    .images.waitUntilIndexed([first ?? '', second ?? '', 'img_gone'])
    .catch((e: unknown) => e);
  expect(error).toBeInstanceOf(IndexingError);
  expect(error).toMatchObject({
    failed: [{ image_id: first }],
    missing: ['img_gone'],
    indexed: [{ image_id: second }],
  });
});
