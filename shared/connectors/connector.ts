import type { Readable } from 'node:stream';

/** An object of a tenant's storage, as it was listed. */
export interface StorageObject {
  /** Its full key (path) in the bucket or container, any Unicode, at most 1 024 bytes. */
  key: string;
  /** Bytes. */
  size: number;
  /** RFC 3339. */
  changedAt: string;
  /** Opaque; differs whenever the content does: an ETag, a generation. No hash of the content, whatever it looks like. */
  changeToken: string;
  /** Can be read only after it was restored from an archive tier. */
  archived: boolean;
}

/** The result of trying a connector. */
export interface Probe {
  list: true;
  /** `empty`: there is nothing to read yet. */
  read: true | 'empty';
  /** For a role: it can be assumed with the external id alone. `not_applicable`: there is no role. */
  trust: true | 'not_applicable';
}

/**
 * Reads one location of one tenant; made by `Connectors.open`. Every method throws Problems: `storage_unreachable`, which
 * passes, `storage_access_denied`, `bucket_not_found`, `region_mismatch`, and what is said at it.
 */
export interface Connector {
  /**
   * Tries what a scan needs: lists, reads a byte, and checks the trust of a role.
   * @throws Problem `insecure_trust_policy`
   */
  probe(signal?: AbortSignal): Promise<Probe>;
  /**
   * Lists the objects under the location's prefix, in pages of at most 1 000, in the order of the server: that of the
   * keys' UTF-8 bytes, except on servers that docs/guide/storage names. A page may be empty without being the last.
   * Folder markers (a key that ends in `/`, no bytes) are listed like all others.
   * @param options.after the last key of an earlier listing: only keys behind it, in that order, are listed
   */
  list(options: { after?: string; signal?: AbortSignal }): AsyncIterable<readonly StorageObject[]>;
  /** Returns the object as it is now; undefined if there is none. */
  stat(key: string): Promise<StorageObject | undefined>;
  /**
   * Opens the object's content. The stream fails with Problem `payload_too_large` beyond `maxBytes`.
   * @throws Problem `object_changed` if the change token is no longer this one; `not_found`; `archived_object`;
   * `payload_too_large` if the size is known and larger
   */
  open(
    object: Pick<StorageObject, 'key' | 'changeToken'>,
    options: { maxBytes: number; signal?: AbortSignal },
  ): Promise<Readable>;
  /** Writes an object, over one that is there. */
  put(key: string, bytes: Uint8Array, contentType: string): Promise<void>;
  /**
   * Removes the object unless it has changed.
   * @returns false if there was none
   * @throws Problem `object_changed`
   */
  remove(object: Pick<StorageObject, 'key' | 'changeToken'>): Promise<boolean>;
}
