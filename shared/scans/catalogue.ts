import type { ImageId, JobId, StorageId, TenantId } from '#shared/kernel/ids.ts';
import type { ProblemCode } from '#shared/kernel/problems.ts';

/** What is known of an object of a tenant's storage. */
export interface CatalogueEntry {
  key: string;
  /** Bytes, as listed. */
  size: number;
  /** Of the content that the entry is about. */
  changeToken: string;
  /**
   * `queued`: sent to be imported, or in the pipeline. `indexed`: its image was indexed, also if it was deleted since.
   * `failed`: it has no image, or one that failed in the pipeline. `missing`: the object is gone.
   */
  state: 'queued' | 'indexed' | 'failed' | 'missing';
  /** The image of the object; while `queued`, the one of its content before. */
  image?: ImageId;
  /** The image that is being made; while `queued`. */
  pending?: ImageId;
  /** What to return to if the import is cancelled; while `queued`. */
  before?: Pick<CatalogueEntry, 'size' | 'changeToken' | 'state'>;
  /** Images that are to be purged once the pending one is indexed. */
  replaced?: readonly ImageId[];
  /** The job that queued the object last, and what the object was to it. */
  job?: JobId;
  as?: 'new' | 'changed';
  failure?: ProblemCode;
  /** It failed before there was an image of it. */
  unread?: true;
  /** How often it was found changed between its listing and its reading; while `queued`. */
  rereads?: number;
  /** The number of the scan that missed the object first. */
  absentSince?: number;
  /** RFC 3339; while `missing`. */
  missingSince?: string;
  /** The number of the last scan that listed it, on servers that list in another order than that of the bytes. */
  seen?: number;
  /** Incremented by each write. */
  revision: number;
}

/** An entry to write: `before` as it was read, `after` as it is to be; undefined where there is none. */
export interface CatalogueChange {
  before: CatalogueEntry | undefined;
  after: CatalogueEntry | undefined;
}

/** What an object became, in words that progress uses: `indexed`, `failed`, `skipped`. */
export type Counts = Readonly<Record<string, number>>;

export interface QueuedObject {
  storage: StorageId;
  key: string;
  image: ImageId;
}

/** A note that an object has changed. */
export interface ChangedObject {
  key: string;
  /** Of the last event about it. */
  mark: string;
}

/**
 * What scans know of the objects in tenants' storage, by the whole key, in the order of its UTF-8 bytes. Keys have at most
 * 1 024 bytes.
 */
export interface Catalogue {
  /** Strongly consistent. @returns those that exist, by key */
  get(
    tenant: TenantId,
    storage: StorageId,
    keys: readonly string[],
  ): Promise<ReadonlyMap<string, CatalogueEntry>>;
  /** Lists entries in the order of their keys, strongly consistent. @param range behind `after`, up to and including `to` */
  range(
    tenant: TenantId,
    storage: StorageId,
    range: { after?: string | undefined; to?: string | undefined },
  ): AsyncIterable<CatalogueEntry>;
  /**
   * Writes each change whose entry is as it was read.
   * @param changes each of another key
   * @returns of each, whether it was written
   */
  write(tenant: TenantId, storage: StorageId, changes: readonly CatalogueChange[]): Promise<boolean[]>;
  /** As `write`; adds each change's counts to those of the job in the same transaction. */
  settle(
    tenant: TenantId,
    storage: StorageId,
    job: JobId,
    changes: readonly (CatalogueChange & { counts: Counts })[],
  ): Promise<boolean[]>;
  /** Returns what was counted by `settle`. */
  counts(tenant: TenantId, job: JobId): Promise<Counts>;
  /** Lists the queued objects of a job. Eventually consistent. */
  queued(tenant: TenantId, job: JobId): AsyncIterable<QueuedObject>;
  /** Counts the tenant's queued objects, of all jobs. Eventually consistent. */
  countQueued(tenant: TenantId): Promise<number>;
  /** Notes that an object has changed; once more, it is the same note with another mark. */
  noteChanged(tenant: TenantId, storage: StorageId, key: string): Promise<void>;
  /** Lists the first notes, by key, strongly consistent. */
  changed(tenant: TenantId, storage: StorageId, most: number): Promise<ChangedObject[]>;
  /** Removes notes, those that have another mark by now excepted. */
  forgetChanged(tenant: TenantId, storage: StorageId, notes: readonly ChangedObject[]): Promise<void>;
  /** Removes up to a thousand entries and notes of a location. @returns how many; 0 when none are left */
  removeSome(tenant: TenantId, storage: StorageId): Promise<number>;
}
