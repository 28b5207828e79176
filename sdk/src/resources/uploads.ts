import type { CallOptions } from '../options.ts';
import type { Upload, UploadOptions, UploadOutcome } from '../uploads/upload.ts';
import { uploadFiles } from '../uploads/upload-files.ts';
import { type Body, type Query, Resource } from './resource.ts';

/** Uploads to storage by presigned forms. */
export class Uploads extends Resource {
  /** Requests presigned forms for 1 to 100 files. Each form has to be posted with its file, which comes last. */
  request(
    files: Body<'requestUploads'>['files'],
    query: Query<'requestUploads'> = {},
    options?: CallOptions,
  ) {
    return this.client.call('requestUploads', { body: { files }, query }, options);
  }

  /**
   * Uploads any number of files; the source is read as they are sent. Each has an outcome: no file's failure is
   * thrown. Processing goes on after that: `images.waitUntilIndexed`.
   */
  files<Item extends Upload>(
    source: Iterable<Item> | AsyncIterable<Item>,
    options: UploadOptions = {},
  ): AsyncGenerator<UploadOutcome<Item>, void, undefined> {
    return uploadFiles(this.client, source, options);
  }
}
