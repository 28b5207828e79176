import { SingleBar } from 'cli-progress';
import type { z } from 'zod';
import { deleteImage, type ImageReply, listImages, requestUploads } from '#shared/contracts/http/images.ts';
import type { Api } from './api.ts';
import { postFile } from './presigned-post.ts';
import type { Sample } from './samples.ts';
import { PlainError, until } from './steps.ts';

type Image = z.output<typeof ImageReply>;

const INDEXED_LIMIT_MS = 180_000;

/** Uploads the missing samples by presigned POSTs, and waits until all are indexed. */
export async function ingestSamples(api: Api, samples: readonly Sample[]): Promise<void> {
  const there = await byName(api);
  // Left by an interrupted run, or by a failure whose cause may be gone.
  for (const image of there.values())
    if (image.status === 'failed' || image.status === 'pending_upload') {
      await api(deleteImage, { params: { image_id: image.image_id } });
      there.delete(image.external_id ?? '');
    }
  const missing = samples.filter(({ name }) => !there.has(name));
  if (missing.length > 0) await upload(api, missing);

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

async function upload(api: Api, samples: readonly Sample[]): Promise<void> {
  const files = samples.map(({ name, bytes }) => ({
    filename: name,
    content_type: 'image/jpeg',
    size: bytes.length,
    external_id: name,
  }));
  const { uploads } = await api(requestUploads, { body: { files } });
  for (const [index, { name, bytes }] of samples.entries()) {
    const form = uploads[index];
    if (!form || !('url' in form)) throw new PlainError(`${name} was refused: ${JSON.stringify(form)}`);
    const reply = await postFile(form, bytes, 'image/jpeg');
    if (!reply.ok) throw new PlainError(`${name} could not be stored: ${reply.status} ${await reply.text()}`);
  }
}

/** Returns all images of the tenant, by external id. */
export async function byName(api: Api): Promise<Map<string, Image>> {
  const found = new Map<string, Image>();
  let cursor: string | undefined;
  do {
    const page = await api(listImages, { query: { limit: '100', ...(cursor && { cursor }) } });
    for (const image of page.images) if (image.external_id) found.set(image.external_id, image);
    cursor = page.next_cursor;
  } while (cursor);
  return found;
}
