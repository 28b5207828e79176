import { encodeTime } from 'ulid';
import {
  GROUP_ID_PATTERN,
  type GroupId,
  IMAGE_ID_PATTERN,
  type ImageId,
  type JobId,
  type KeyId,
  type StorageId,
  type TenantId,
  tenantId,
  type UserId,
  type WebhookId,
} from '#shared/kernel/ids.ts';
import type { ImageStatus } from '#shared/kernel/vocabulary.ts';

/**
 * The keys of the tables `tenants`, `images`, `groups`, `limits` and `audit`, and of their indexes; those of `activity`
 * are in dynamodb-activity-keys.ts. No other file spells a key. All attributes: docs/data-model.md.
 */

/** A type, not an interface, so that it can be passed as an `Item`. */
export type Key = { pk: string; sk: string };
export type Item = Record<string, unknown>;

const TENANT = 'TENANT#';
/** The tenant's partition in `tenants`, `images`, `groups` and `limits`, and in the index `by_tenant` of `audit`. */
export const tenantPartition = (tenant: string): string => `${TENANT}${tenant}`;
const inTenant = (tenant: TenantId, sk: string): Key => ({ pk: tenantPartition(tenant), sk });

// tenants

/** The partition of the index `by_kind` that holds the profiles of all tenants, by id. */
export const PROFILES = 'TENANT';
export const API_KEY_PREFIX = 'KEY#';
export const profileKey = (tenant: TenantId): Key => inTenant(tenant, 'PROFILE');
export const apiKeyKey = (tenant: TenantId, key: KeyId): Key => inTenant(tenant, `${API_KEY_PREFIX}${key}`);

export const PERSON_PREFIX = 'PERSON#';
export const personKey = (tenant: TenantId, user: UserId): Key => inTenant(tenant, `${PERSON_PREFIX}${user}`);

export const STORAGE_PREFIX = 'STORAGE#';
export const storageKey = (tenant: TenantId, storage: StorageId): Key =>
  inTenant(tenant, `${STORAGE_PREFIX}${storage}`);
/** The lock that keeps a bucket and prefix out of a second location. @param digest of what identifies them */
export const storageTargetKey = (tenant: TenantId, digest: string): Key =>
  inTenant(tenant, `STORAGETARGET#${digest}`);
export const TRUST_PREFIX = 'TRUST#';
/** An external id that was issued to the tenant, for the trust policy of a role. */
export const trustKey = (tenant: TenantId, externalId: string): Key =>
  inTenant(tenant, `${TRUST_PREFIX}${externalId}`);
/** The partition of the index `by_next_scan` that holds the scheduled locations of all tenants. */
export const SCHEDULED_SCANS = 'SCANS';

export const WEBHOOK_PREFIX = 'WEBHOOK#';
export const webhookKey = (tenant: TenantId, webhook: WebhookId): Key =>
  inTenant(tenant, `${WEBHOOK_PREFIX}${webhook}`);

// images

export const IMAGE_PREFIX = 'IMAGE#';
export const imageKey = (tenant: TenantId, image: ImageId): Key =>
  inTenant(tenant, `${IMAGE_PREFIX}${image}`);

/** The range of sort keys of images that were announced between two moments, widened by a minute: their ids are made after `created_at`. */
export const imageRange = (after = 0, before = MAX_TIME): [string, string] => [
  `${IMAGE_PREFIX}img_${encodeTime(Math.max(0, after - MINUTE))}`,
  `${IMAGE_PREFIX}img_${encodeTime(Math.min(MAX_TIME, before + MINUTE))}~`,
];
const MINUTE = 60_000;
/** The last moment that a ULID can have. */
const MAX_TIME = 2 ** 48 - 1;

/** Reserves an external id for one image. */
export const externalIdKey = (tenant: TenantId, externalId: string): Key =>
  inTenant(tenant, `EXTERNAL#${externalId}`);

/** The prefix of the vectors of an image, of all models. */
export const vectorPrefix = (image: ImageId): string => `VECTOR#${image}#`;
export const vectorKey = (tenant: TenantId, image: ImageId, model: string): Key =>
  inTenant(tenant, `${vectorPrefix(image)}${model}`);

/** The prefix of the places where events about an image are archived. */
export const archivedPrefix = (image: ImageId): string => `ARCHIVED#${image}#`;
export const archivedKey = (tenant: TenantId, image: ImageId, objectKey: string): Key =>
  inTenant(tenant, `${archivedPrefix(image)}${objectKey}`);

export const receiptKey = (tenant: TenantId, image: ImageId): Key => inTenant(tenant, `RECEIPT#${image}`);
/** The counters that the quota is checked against. */
export const storedKey = (tenant: TenantId): Key => inTenant(tenant, 'STORED');

const STORED_PREFIX = 'STORED#';
/** The sums of a month: images and bytes admitted less those purged. @param month `2026-11` */
export const storedMonthKey = (tenant: TenantId, month: string): Key =>
  inTenant(tenant, `${STORED_PREFIX}${month}`);
/** The range of sort keys of the months after one. */
export const storedMonthsAfter = (month: string): [string, string] => [
  `${STORED_PREFIX}${month}~`,
  `${STORED_PREFIX}~`,
];

/** Characters of a ULID. */
const SHARDS = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
/** The partitions of the index `by_unsettled`, which holds images of all tenants. */
export const UNSETTLED_PARTITIONS = [...SHARDS].map((shard) => `UNSETTLED#${shard}`);
/** One of 32 partitions, by the last character of the image's ULID. */
export const unsettledPartition = (image: ImageId): string => `UNSETTLED#${image.slice(-1)}`;

/** The partition of the index `by_unsettled` that holds the images of a tenant whose duplicates are not detected yet. */
export const undetectedPartition = (tenant: TenantId): string => `${tenantPartition(tenant)}#UNDETECTED`;

export const LIBRARY_PREFIX = 'LIBRARY#';
/** One of 32 counters, by the last character of the image's ULID. */
export const libraryKey = (tenant: TenantId, image: ImageId): Key =>
  inTenant(tenant, `${LIBRARY_PREFIX}${image.slice(-1)}`);

export const sha256Partition = (tenant: TenantId, sha256: string): string =>
  `${tenantPartition(tenant)}#SHA#${sha256}`;
export const externalIdPartition = (tenant: TenantId, externalId: string): string =>
  `${tenantPartition(tenant)}#EXT#${externalId}`;
export const statusPartition = (tenant: TenantId, status: ImageStatus): string =>
  `${tenantPartition(tenant)}#STATUS#${status}`;

/** The sort key of the index `by_status`. */
export const statusPosition = (image: { created_at: string; image_id: ImageId }): string =>
  `${image.created_at}#${image.image_id}`;
export const STATUS_POSITION_PATTERN = new RegExp(`^[0-9TZ:.+-]+#${IMAGE_ID_PATTERN.source.slice(1)}`);
/** Returns the part of a `statusPosition` that is the image's id. */
export const imageAtPosition = (position: string): string => position.slice(position.indexOf('#') + 1);

// groups

export const GROUP_PREFIX = 'GROUP#';
export const groupKey = (tenant: TenantId, group: GroupId): Key =>
  inTenant(tenant, `${GROUP_PREFIX}${group}`);
/** The prefix of the counters of a tenant's groups. */
export const GROUP_COUNTER_PREFIX = 'GROUPCOUNT#';
/** One of 32 counters, by the last character of the group's ULID. */
export const groupCounterKey = (tenant: TenantId, group: GroupId): Key =>
  inTenant(tenant, `${GROUP_COUNTER_PREFIX}${group.slice(-1)}`);
/** The lock that keeps an image out of a second group. */
export const memberKey = (tenant: TenantId, image: ImageId): Key => inTenant(tenant, `MEMBER#${image}`);
/** The prefix of the decisions that images of the group are not the same. */
export const separationPrefix = (group: GroupId): string => `SEPARATION#${group}#`;
export const separationKey = (tenant: TenantId, group: GroupId, decidedAt: string): Key =>
  inTenant(tenant, `${separationPrefix(group)}${decidedAt}`);
/** The images that must not share a group with this one. */
export const cannotLinkKey = (tenant: TenantId, image: ImageId): Key => inTenant(tenant, `APART#${image}`);

// catalogue

/** The objects of one storage location. */
export const cataloguePartition = (tenant: TenantId, storage: StorageId): string =>
  `${tenantPartition(tenant)}#STORAGE#${storage}`;
/** @param objectKey of the tenant's own storage; at most 1 024 bytes, as a sort key may have */
export const catalogueKey = (tenant: TenantId, storage: StorageId, objectKey: string): Key => ({
  pk: cataloguePartition(tenant, storage),
  sk: objectKey,
});
/** Of objects of which an event says that they have changed. */
export const changedPartition = (tenant: TenantId, storage: StorageId): string =>
  `${cataloguePartition(tenant, storage)}#CHANGED`;
export const CATALOGUED_PREFIX = 'STORAGE#';
/** Notes that the location has entries. */
export const cataloguedKey = (tenant: TenantId, storage: StorageId): Key =>
  inTenant(tenant, `${CATALOGUED_PREFIX}${storage}`);
/** The counts of the outcomes of the objects that a job has queued. */
export const importCountsKey = (tenant: TenantId, job: JobId): Key => inTenant(tenant, `COUNTS#${job}`);
/** A tenant's queued objects in the index `by_queued`. */
export const queuedPartition = (tenant: TenantId): string => `${tenantPartition(tenant)}#QUEUED`;
/** The sort key of that index. */
export const queuedPosition = (job: JobId, image: ImageId): string => `${job}#${image}`;

// limits

/** The limiter's windows of all counters, of the tenant or of one of its people. @param person as `personOf` names it */
export const windowsKey = (tenant: TenantId, person?: string): Key =>
  inTenant(tenant, person === undefined ? 'WINDOWS' : `WINDOWS#${person}`);

// audit

/** A month of changes, in the order of `sortKeyOf`. Refusals of before they had partitions of their own are there too. @param month `2026-11` */
export const auditPartition = (month: string): string => `MONTH#${month}`;
/** Partitions of a month's refusals, each of which takes 1 000 a second. Reading a page of the log reads them all. */
const REFUSAL_SHARDS = 8;
export const refusalPartitions = (month: string): string[] =>
  Array.from({ length: REFUSAL_SHARDS }, (_, shard) => `REFUSED#${month}#${shard}`);
/** The partition of a refusal, by the last character of its ULID. */
export const refusalPartition = (month: string, id: string): string =>
  `REFUSED#${month}#${SHARDS.indexOf(id.slice(-1)) % REFUSAL_SHARDS}`;
/** A tenant's refusals in the index `by_tenant`. */
export const refusalsOfTenant = (tenant: string): string => `${tenantPartition(tenant)}#REFUSED`;

// streams

const OWN_PARTITION = new RegExp(`^${TENANT}([^#]+)$`);
const COUNTED = new RegExp(`^(?:${IMAGE_PREFIX}|${GROUP_PREFIX})(.+)$`);

/** Returns the image or group that is stored under a key of `images` or `groups`; undefined for all other items. */
export function countedIdAt({
  pk,
  sk,
}: Partial<Record<keyof Key, unknown>>): { tenant: TenantId; id: ImageId | GroupId } | undefined {
  const tenant = OWN_PARTITION.exec(String(pk))?.[1];
  const id = COUNTED.exec(String(sk))?.[1];
  if (tenant === undefined || id === undefined) return undefined;
  if (!IMAGE_ID_PATTERN.test(id) && !GROUP_ID_PATTERN.test(id)) return undefined;
  return { tenant: tenantId(tenant), id: id as ImageId | GroupId }; // one of the patterns matches
}
