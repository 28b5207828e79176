import type { CallOptions } from '../options.ts';
import { type Body, Resource } from './resource.ts';

/** Searches by an image. */
export class Search extends Resource {
  /** Searches for copies of an image and similar ones: by `image_id`, `image_url`, base64, or a Blob as `file`. */
  similarity(body: Body<'searchSimilarity'>, options?: CallOptions) {
    return this.client.call('searchSimilarity', { body }, options);
  }
}
