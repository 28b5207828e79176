import type { Embedding } from '#shared/embedding/embedder.ts';
import type { ImageId, TenantId } from '#shared/kernel/ids.ts';
import type { Page } from '#shared/kernel/page.ts';
import type { ImageStatus } from '#shared/kernel/vocabulary.ts';
import type { Failure, ImageFacts, ImageRecord, PurgeReceipt } from './image-record.ts';
import type { Stored } from './quota.ts';

export interface ImageQuery {
  status?: ImageStatus;
  externalId?: string;
  cursor?: string;
  limit: number;
}

/** What a step knows once it is done. */
export type StatusChange = Partial<ImageFacts> & Partial<Pick<ImageRecord, 'file_size' | 'models'>>;

/** What we know of pictures. A status moves forward only, and only here. */
export interface ImageStore {
  /** @throws Problem `conflict` where the id exists. */
  create(record: ImageRecord): Promise<void>;
  /** Strongly consistent. */
  get(tenant: TenantId, image: ImageId): Promise<ImageRecord | undefined>;
  /** In the order asked for; what does not exist is left out. */
  getMany(tenant: TenantId, images: readonly ImageId[]): Promise<ImageRecord[]>;
  /** Newest first. @throws Problem `invalid_cursor` */
  list(tenant: TenantId, query: ImageQuery): Promise<Page<ImageRecord>>;
  /** The picture that was announced first of those in this state; a moment behind. */
  oldest(tenant: TenantId, status: ImageStatus): Promise<ImageRecord | undefined>;
  /** All pictures whose bytes (`hash_sha256`) have this digest. */
  findBySha256(tenant: TenantId, sha256: string): Promise<ImageId[]>;
  /**
   * Moves the picture to `to` at `at` (RFC 3339), with what became known, if it is in an earlier state.
   * @returns the record as it is now, and whether this call moved it; undefined where there is none
   */
  advance(
    tenant: TenantId,
    image: ImageId,
    to: Exclude<ImageStatus, 'pending_upload' | 'validated' | 'failed' | 'purged'>,
    at: string,
    change?: StatusChange,
  ): Promise<{ moved: boolean; record: ImageRecord } | undefined>;
  /**
   * As `advance`, to `validated`; and counts the picture among what the tenant stores, once, in the same write.
   * @returns also whether the quota left no room; then nothing has changed
   */
  admit(
    tenant: TenantId,
    image: ImageId,
    at: string,
    change: StatusChange & Pick<ImageRecord, 'file_size'>,
    quota: Stored,
  ): Promise<{ moved: boolean; full: boolean; record: ImageRecord } | undefined>;
  /** What the tenant stores: pictures that were admitted and are not purged. Strongly consistent. */
  stored(tenant: TenantId): Promise<Stored>;
  storedOf(tenants: readonly TenantId[]): Promise<Map<TenantId, Stored>>;
  /**
   * Another text after each change of what the tenant's searches can find: a picture indexed, or purged, or gone from
   * the index too. Strongly consistent: it has changed by the time the change can be seen.
   */
  libraryVersion(tenant: TenantId): Promise<string>;
  /** As `advance`, to `failed`. `originalEvent` is kept with it, to try again with. */
  fail(
    tenant: TenantId,
    image: ImageId,
    failure: Failure,
    at: string,
    originalEvent: unknown,
  ): Promise<{ moved: boolean; record: ImageRecord } | undefined>;
  /**
   * Notes that searches find an indexed picture by this model too; the library's version changes.
   * @returns false where the picture is not indexed (any more)
   */
  noteModel(tenant: TenantId, image: ImageId, model: string, at: string): Promise<boolean>;
  /** Writes the vectors of a model, unless the picture is purged. @returns false where it is. */
  putVectors(tenant: TenantId, image: ImageId, model: string, embedding: Embedding): Promise<boolean>;
  getVectors(tenant: TenantId, images: readonly ImageId[], model: string): Promise<Map<ImageId, Embedding>>;
  /** After the index: the library's version changes once more. @returns how many models' vectors were there */
  removeVectors(tenant: TenantId, image: ImageId): Promise<number>;
  /** Remembers where an event about the picture is archived, so that a purge finds it. */
  noteArchived(tenant: TenantId, image: ImageId, key: string, expiresAt: Date): Promise<void>;
  archivedKeys(tenant: TenantId, image: ImageId): Promise<string[]>;
  /** Leaves the tombstone in the record's place, and frees what it took of the quota, in one write. From here on nothing can bring the picture back. */
  markPurged(tenant: TenantId, image: ImageId, at: string): Promise<boolean>;
  putReceipt(tenant: TenantId, receipt: PurgeReceipt): Promise<void>;
  getReceipt(tenant: TenantId, image: ImageId): Promise<PurgeReceipt | undefined>;
}
