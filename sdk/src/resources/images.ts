import { DeepLensError } from '../errors.ts';
import type { CallOptions } from '../options.ts';
import { type WaitUntilIndexed, waitUntilIndexed } from '../wait-until-indexed.ts';
import { type Body, type Query, Resource } from './resource.ts';

/** Filters of a list of images; `ids` also as an array of at most 100. */
export type ListImages = Omit<Query<'listImages'>, 'ids'> & { ids?: string | readonly string[] };

/** Images and their records. */
export class Images extends Resource {
  /** Lists images, newest first. */
  list(query: ListImages = {}, options?: CallOptions) {
    const { ids, ...filters } = query;
    const all = { ...filters, ...(ids !== undefined && { ids: typeof ids === 'string' ? ids : ids.join() }) };
    return this.client.pages('listImages', { query: all }, ({ images }) => images, options);
  }

  /** Gets the record of an image. */
  get(image_id: string, options?: CallOptions) {
    return this.client.call('getImage', { path: { image_id } }, options);
  }

  /** Adds an image of at most 4.5 MB that is sent as `file` or base64, or lies at a URL. */
  add(body: Body<'addImage'>, query: Query<'addImage'> = {}, options?: CallOptions) {
    return this.client.call('addImage', { body, query }, options);
  }

  /** Sends a failed image again through the stage that failed. */
  retry(image_id: string, options?: CallOptions) {
    return this.client.call('retryImage', { path: { image_id } }, options);
  }

  /** Deletes an image and everything derived from it. */
  delete(image_id: string, options?: CallOptions) {
    return this.client.call('deleteImage', { path: { image_id } }, options);
  }

  /** Deletes up to 100 images. An outcome for each, in order: its receipt, or `{error}` with its problem. */
  deleteMany(image_ids: Body<'deleteImages'>['image_ids'], options?: CallOptions) {
    return this.client.call('deleteImages', { body: { image_ids } }, options);
  }

  /**
   * Returns the URL of a thumbnail, which needs no credential and is valid for a few minutes.
   * @throws DeepLensError in a page: browsers do not show where a redirect leads
   */
  async thumbnailUrl(
    image_id: string,
    query: Query<'getThumbnail'> = {},
    options?: CallOptions,
  ): Promise<string> {
    const answer = this.client.call('getThumbnail', { path: { image_id }, query }, options);
    const { response } = await answer.withResponse();
    const location = response.headers.get('location');
    if (location === null) throw new DeepLensError('The reply does not show where the redirect leads.');
    return location;
  }

  /**
   * Polls images until all are indexed: a search issued then finds them.
   * @returns their records, in order @throws IndexingError if one failed or does not exist, once all are settled; TimeoutError
   */
  waitUntilIndexed(ids: readonly string[], options: WaitUntilIndexed = {}) {
    return waitUntilIndexed(this.client, ids, options);
  }
}
