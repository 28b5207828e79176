import type { DeepLens, Image } from '@deeplens/sdk';
import { SingleBar } from 'cli-progress';
import type { Sample } from './samples.ts';
import { PlainError, until } from './steps.ts';

const INDEXED_LIMIT_MS = 180_000;

/** Uploads the missing samples, and waits until all are indexed. */
export async function ingestSamples(api: DeepLens, samples: readonly Sample[]): Promise<void> {
  const there = await byName(api);
  // Left by an interrupted run, or by a failure whose cause may be gone.
  for (const image of there.values())
    if (image.status === 'failed' || image.status === 'pending_upload') {
      await api.images.delete(image.image_id);
      there.delete(image.external_id ?? '');
    }
  const missing = samples.filter(({ name }) => !there.has(name));
  await upload(api, missing);

  const bar = new SingleBar({ format: '  {bar} {value}/{total} pictures indexed', hideCursor: true });
  const inTerminal = process.stdout.isTTY;
  if (inTerminal) bar.start(samples.length, 0);
  try {
    await until('The sample pictures are indexed', INDEXED_LIMIT_MS, async () => {
      const images = await byName(api);
      const records = samples.map(({ name }) => images.get(name));
      const failed = records.find((record) => record?.status === 'failed');
      if (failed) throw new PlainError(`${failed.file_path} failed: ${JSON.stringify(failed.failure)}`);
      const done = records.filter((record) => record?.status === 'indexed').length;
      bar.update(done);
      return done === samples.length || undefined;
    });
  } finally {
    if (inTerminal) bar.stop();
  }
  console.log(`  ${samples.length} pictures indexed, ${missing.length} of them new`);
}

async function upload(api: DeepLens, samples: readonly Sample[]): Promise<void> {
  const files = samples.map(({ name, bytes }) => ({
    file: new Blob([new Uint8Array(bytes)], { type: 'image/jpeg' }),
    filename: name,
    external_id: name,
  }));
  for await (const outcome of api.uploads.files(files))
    if (outcome.status === 'failed')
      throw new PlainError(`${outcome.item.filename} could not be uploaded: ${outcome.error.message}`);
}

/** Returns all images of the tenant, by external id. */
export async function byName(api: DeepLens): Promise<Map<string, Image>> {
  const found = new Map<string, Image>();
  for await (const image of api.images.list({ limit: 100 }))
    if (image.external_id) found.set(image.external_id, image);
  return found;
}
