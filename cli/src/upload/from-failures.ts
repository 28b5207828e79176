import { stat } from 'node:fs/promises';
import { readFailures } from './failures-file.ts';
import type { Found } from './walk.ts';

/** A file that failed; with an image id, after it was uploaded. */
export type FoundAgain = Found & { image_id?: string };

/** Finds the files of a file of failures. One that is gone is found too, with no size: its upload says why it fails. */
export async function* foundAgain(path: string): AsyncGenerator<FoundAgain> {
  for await (const { path: file, name, image_id } of readFailures(path)) {
    const stats = await stat(file).catch(() => undefined);
    yield {
      path: file,
      name,
      size: stats?.size ?? 0,
      mtimeMs: stats?.mtimeMs ?? 0,
      ...(image_id && { image_id }),
    };
  }
}
