import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { basename, resolve } from 'node:path';
import { DeepLensError } from '../errors.ts';
import type { FileFacts, Upload, UploadSource } from '../uploads/upload.ts';
import { postStream } from './post-stream.ts';

/**
 * Returns a file on disk for `uploads.files`. Its bytes are streamed; its identity in a ledger is its path, size and time of change.
 * @param path relative to the working directory
 */
export const fileOnDisk = (path: string): UploadSource => ({
  async describe(): Promise<FileFacts> {
    const facts = await stat(path).catch((error: Error) => {
      throw new DeepLensError(`${path} cannot be read: ${error.message}`, { cause: error });
    });
    if (!facts.isFile()) throw new DeepLensError(`${path} is not a file.`);
    return {
      filename: basename(path),
      size: facts.size,
      identity: `${resolve(path)}\n${facts.size}\n${facts.mtimeMs}`,
    };
  },
  async sha256(_facts, signal) {
    const hash = createHash('sha256');
    try {
      for await (const chunk of createReadStream(path, { signal })) hash.update(chunk);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      throw new DeepLensError(`${path} cannot be read: ${reason}`, { cause: error });
    }
    return hash.digest('hex');
  },
  post: (form, { filename, size }, options) => postStream(form, { path, filename, size }, options),
});

/** A file by its path, with the fields of an upload. */
export type PathUpload = Omit<Upload, 'file'> & { path: string };

/** Yields files on disk for `uploads.files`, one by one, as they are asked for. @param paths or objects with a `path` and fields */
export async function* filesOnDisk(
  paths: Iterable<string | PathUpload> | AsyncIterable<string | PathUpload>,
): AsyncGenerator<Upload & { path: string }, void, undefined> {
  for await (const each of paths) {
    const upload = typeof each === 'string' ? { path: each } : each;
    yield { ...upload, file: fileOnDisk(upload.path) };
  }
}
