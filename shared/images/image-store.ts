import type { Embedding } from '#shared/embedding/embedder.ts';
import type { ImageId, TenantId } from '#shared/kernel/ids.ts';
import type { Page } from '#shared/kernel/page.ts';
import type { ProblemCode } from '#shared/kernel/problems.ts';
import type { ImageStatus, Stage } from '#shared/kernel/vocabulary.ts';
import type { Failure, ImageFacts, ImageRecord, PurgeReceipt } from './image-record.ts';
import type { QuotaUse, Stored } from './quota.ts';

export interface ImageFilter {
  status?: ImageStatus;
  externalId?: string;
  storageLocation?: string;
  /** RFC 3339 with milliseconds, UTC; both inclusive. */
  createdAfter?: string;
  createdBefore?: string;
  /** The stage of the last failure. */
  failureStage?: Stage;
  /** The code of the last failure. */
  failureCode?: ProblemCode;
}
export interface ImageQuery extends ImageFilter {
  /** Oldest first; by default newest first. */
  ascending?: boolean;
  cursor?: string;
  limit: number;
}

/** Results that a step writes with the status. */
export type StatusChange = Partial<ImageFacts> & Partial<Pick<ImageRecord, 'file_size' | 'models'>>;

/** Whether a step took place, and the record after it. `full`: the quota is exceeded and nothing has changed. */
export interface QuotaStep {
  moved: boolean;
  full: boolean;
  record: ImageRecord;
}

/** The outcome of an announcement. Records that are in neither list had no room in the quota. */
export interface Announcement {
  announced: ImageRecord[];
  /** By the id of a record that was not created: the image that has its external id. */
  taken: Map<ImageId, ImageId>;
}

/** Image records and vectors. A status only moves forward, by conditional writes. */
export interface ImageStore {
  /** @throws Problem `conflict` if the id exists */
  create(record: ImageRecord): Promise<void>;
  /**
   * Creates the records of announced images, and reserves `file_size` bytes of the quota and the external id for each in the
   * same transaction.
   */
  announce(tenant: TenantId, records: readonly ImageRecord[], quota: Stored): Promise<Announcement>;
  /** Strongly consistent. */
  get(tenant: TenantId, image: ImageId): Promise<ImageRecord | undefined>;
  /** In the order of the ids; without those that do not exist. */
  getMany(tenant: TenantId, images: readonly ImageId[]): Promise<ImageRecord[]>;
  /** A page with a cursor can have fewer images than the limit, or none. @throws Problem `invalid_cursor` */
  list(tenant: TenantId, query: ImageQuery): Promise<Page<ImageRecord>>;
  /** Returns the earliest announced image with this status. Eventually consistent. */
  oldest(tenant: TenantId, status: ImageStatus): Promise<ImageRecord | undefined>;
  /** Returns since when the first of the `undetected` images is so. Eventually consistent. */
  undetectedSince(tenant: TenantId): Promise<string | undefined>;
  /** Returns the first `limit` images with this `hash_sha256`, the earliest announced first. */
  findBySha256(tenant: TenantId, sha256: string, limit: number): Promise<ImageId[]>;
  /**
   * Moves the image to status `to` at `at` (RFC 3339) and writes `change`, if it has an earlier status and was not refused
   * for good: who refused it may still be removing its files. An indexed one is `undetected` from then on.
   * @returns the current record, and whether this call moved it; undefined if there is none
   */
  advance(
    tenant: TenantId,
    image: ImageId,
    to: Exclude<ImageStatus, 'pending_upload' | 'validated' | 'failed' | 'purged'>,
    at: string,
    change?: StatusChange,
  ): Promise<{ moved: boolean; record: ImageRecord } | undefined>;
  /**
   * Makes sure that at least `size` bytes are reserved for an image that is not admitted yet, or was admitted before.
   * @returns `moved`: they are
   */
  reserve(tenant: TenantId, image: ImageId, size: number, quota: Stored): Promise<QuotaStep | undefined>;
  /**
   * As `advance` to `validated`; also counts the image against the quota, once, in place of its reservation, in the same
   * transaction.
   */
  admit(
    tenant: TenantId,
    image: ImageId,
    at: string,
    change: StatusChange & Pick<ImageRecord, 'file_size'>,
    quota: Stored,
  ): Promise<QuotaStep | undefined>;
  /** Gives back the reservation of an image whose file was refused. @returns false if it has none */
  release(tenant: TenantId, image: ImageId): Promise<boolean>;
  /** Removes the record of an image whose file never came, its reservation and its external id. @returns false if the image has another state */
  expire(tenant: TenantId, image: ImageId): Promise<boolean>;
  /** Returns the tenant's admitted and not purged images and their bytes. Strongly consistent. */
  stored(tenant: TenantId): Promise<Stored>;
  /** As `stored`, but at the end of a month (`2026-11`) that has passed. */
  storedAt(tenant: TenantId, period: string): Promise<Stored>;
  storedOf(tenants: readonly TenantId[]): Promise<Map<TenantId, Stored>>;
  /** Strongly consistent. */
  quotaUse(tenant: TenantId): Promise<QuotaUse>;
  /** Lists images of all tenants that were announced and not admitted, or purged, and are due at `at`. Eventually consistent. */
  unsettled(at: string): AsyncIterable<Pick<ImageRecord, 'tenant_id' | 'image_id'>>;
  /** Takes an image from the unsettled ones, or makes it due again at `again`. */
  settle(tenant: TenantId, image: ImageId, again?: string): Promise<void>;
  /**
   * Returns an opaque version that changes whenever the result of the tenant's searches can change: an image is indexed,
   * purged, or removed from the index. Strongly consistent: it changes no later than the results do.
   */
  libraryVersion(tenant: TenantId): Promise<string>;
  /** As `advance` to `failed`; stores `originalEvent` for a retry. */
  fail(
    tenant: TenantId,
    image: ImageId,
    failure: Failure,
    at: string,
    originalEvent: unknown,
  ): Promise<{ moved: boolean; record: ImageRecord } | undefined>;
  /** As `fail`, for an image whose file is refused: not once a file was admitted. */
  refuse: ImageStore['fail'];
  /** As `fail`, for an indexed image, which stays indexed: its duplicates could not be detected. It is `undetected` no more. */
  noteFailure: ImageStore['fail'];
  /** Notes that the duplicates of an indexed image are detected: it is `undetected` no more, and has no failure. */
  noteDetected(tenant: TenantId, image: ImageId): Promise<void>;
  /** Returns what `fail` stored for a retry; undefined if there is nothing. */
  originalEvent(tenant: TenantId, image: ImageId): Promise<unknown>;
  /**
   * Moves a failed image back to the status before the step that is retried, and counts the retry; an indexed image stays
   * indexed, and is `undetected` again. The failure and the original event stay until a step succeeds.
   * @returns false if the image has another status
   */
  restart(
    tenant: TenantId,
    image: ImageId,
    to: Extract<ImageStatus, 'uploaded' | 'validated' | 'processed' | 'indexed'>,
    at: string,
  ): Promise<boolean>;
  /**
   * Adds a model to an indexed image's `models`; changes the library version.
   * @returns false if the image is not indexed
   */
  noteModel(tenant: TenantId, image: ImageId, model: string, at: string): Promise<boolean>;
  /** Notes whether an indexed image is hidden; changes the library version. @returns false if it is not indexed */
  setHidden(tenant: TenantId, image: ImageId, hidden: boolean): Promise<boolean>;
  /** Writes a model's vectors unless the image is purged. @returns false if it is */
  putVectors(tenant: TenantId, image: ImageId, model: string, embedding: Embedding): Promise<boolean>;
  getVectors(tenant: TenantId, images: readonly ImageId[], model: string): Promise<Map<ImageId, Embedding>>;
  /** Call after removal from the index: changes the library version. @returns the number of models whose vectors existed */
  removeVectors(tenant: TenantId, image: ImageId): Promise<number>;
  /** Records the key of an archived event, so that a purge finds it. */
  noteArchived(tenant: TenantId, image: ImageId, key: string, expiresAt: Date): Promise<void>;
  archivedKeys(tenant: TenantId, image: ImageId): Promise<string[]>;
  /**
   * Replaces the record by a tombstone and frees its external id and its quota, or its reservation, in one transaction. The image cannot be
   * restored. It is unsettled until its objects are surely gone.
   * @returns true if this call purged it
   */
  markPurged(tenant: TenantId, image: ImageId, at: string): Promise<boolean>;
  putReceipt(tenant: TenantId, receipt: PurgeReceipt): Promise<void>;
  getReceipt(tenant: TenantId, image: ImageId): Promise<PurgeReceipt | undefined>;
}
