import type { CallOptions } from '../options.ts';
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
}
