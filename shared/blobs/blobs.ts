import type { TenantId } from '#shared/kernel/ids.ts';

/** What a presigned POST is pinned to; the store itself refuses anything else. */
export interface UploadPin {
  contentType: string;
  /** Exact size in bytes. */
  size: number;
  /** How long the form can be used, in seconds. */
  expiresIn: number;
}

/** Where a tenant's objects lie: pictures as they came, what was made of them, and the archive of events. */
export const FOLDERS = ['uploads', 'derived', 'events'] as const;
export type Folder = (typeof FOLDERS)[number];

/** Pictures' bytes. Every key lies under the tenant's own prefixes; a key of another tenant is refused. */
export interface Blobs {
  readonly bucket: string;
  put(tenant: TenantId, key: string, bytes: Uint8Array, contentType: string): Promise<void>;
  /** @returns undefined where there is no such object */
  get(tenant: TenantId, key: string): Promise<Uint8Array | undefined>;
  /** @returns bytes, or undefined where there is no such object */
  size(tenant: TenantId, key: string): Promise<number | undefined>;
  /** @returns how many of them were there */
  remove(tenant: TenantId, keys: readonly string[]): Promise<number>;
  /** Removes some of the tenant's objects in a folder, ten thousand at most. @returns how many; 0 when none is left */
  removeSome(tenant: TenantId, folder: Folder): Promise<number>;
  /** How many of the tenant's objects are in a folder; it may stop before all are counted. */
  count(tenant: TenantId, folder: Folder): Promise<number>;
  presignUpload(
    tenant: TenantId,
    key: string,
    pin: UploadPin,
  ): Promise<{ url: string; fields: Record<string, string> }>;
  /** @param expiresIn seconds */
  presignDownload(tenant: TenantId, key: string, expiresIn: number): Promise<string>;
}
