import type { ImageId, TenantId } from '#shared/kernel/ids.ts';

/** Conditions of a presigned POST, enforced by the store. */
export interface UploadConditions {
  contentType: string;
  /** Exact size in bytes. */
  size: number;
  /** The checksum that the file must have, in lower-case hex. */
  sha256?: string | undefined;
  /** Validity of the form in seconds. */
  expiresIn: number;
}

/**
 * Folders of a tenant's objects: files that await validation, the files of images, their derivatives, and archived events.
 */
export const FOLDERS = ['incoming', 'uploads', 'derived', 'events'] as const;
export type Folder = (typeof FOLDERS)[number];

/** Object storage for images. Methods throw Problem `forbidden` for a key outside the tenant's folders. */
export interface Blobs {
  readonly bucket: string;
  put(tenant: TenantId, key: string, bytes: Uint8Array, contentType: string): Promise<void>;
  /** Stores an object unless its key is taken. @returns false if it is */
  create(tenant: TenantId, key: string, bytes: Uint8Array, contentType: string): Promise<boolean>;
  /** @returns undefined if there is no such object */
  get(tenant: TenantId, key: string): Promise<Uint8Array | undefined>;
  /** @returns bytes, or undefined if there is no such object */
  size(tenant: TenantId, key: string): Promise<number | undefined>;
  /** @returns the number of objects that existed */
  remove(tenant: TenantId, keys: readonly string[]): Promise<number>;
  /** Removes objects without reading whether they exist. */
  discard(tenant: TenantId, keys: readonly string[]): Promise<void>;
  /** Removes the image's file, wherever it is, and all that was derived from it. */
  removeImage(tenant: TenantId, image: ImageId): Promise<void>;
  /** Removes up to ten thousand of the tenant's objects in a folder. @returns the number removed; 0 if none is left */
  removeSome(tenant: TenantId, folder: Folder): Promise<number>;
  /** Counts the tenant's objects in a folder; may stop before all are counted. */
  count(tenant: TenantId, folder: Folder): Promise<number>;
  presignUpload(
    tenant: TenantId,
    key: string,
    conditions: UploadConditions,
  ): Promise<{ url: string; fields: Record<string, string> }>;
  /** @param expiresIn seconds */
  presignDownload(tenant: TenantId, key: string, expiresIn: number): Promise<string>;
}
