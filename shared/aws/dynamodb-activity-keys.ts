import { encodeTime } from 'ulid';
import {
  type DeliveryId,
  deliveryId,
  type ImageId,
  type JobId,
  type TenantId,
  tenantId,
  type WebhookId,
  webhookId,
} from '#shared/kernel/ids.ts';
import { type Key, tenantPartition } from './dynamodb-keys.ts';

/** The keys of the table `activity`: docs/data-model.md. No other file spells them. */

/** A partition takes 1 000 writes a second and each call is one, so the markers of metered calls are sharded. */
export const METERED_SHARDS = [...'0123456789abcdef'].map((digit) => `METERED#${digit}` as const);

/**
 * The partitions of `activity` with data of one tenant. A tenant's purge empties all of them. Keys of tenants' data can only be
 * made from this list, so that the purge misses none.
 */
export const TENANT_ACTIVITIES = [
  'IDEMPOTENCY',
  'USAGE',
  ...METERED_SHARDS,
  'STATISTICS',
  'CACHE',
  'JOBS',
  'WEBHOOKS',
  'JOBERRORS',
] as const;
export const activityPartition = (tenant: TenantId, activity: (typeof TENANT_ACTIVITIES)[number]): string =>
  `${tenantPartition(tenant)}#${activity}`;

/** The partition of the replies that are remembered by their `Idempotency-Key`. @param tenant absent: the operator's */
export const idempotencyPartition = (tenant: TenantId | undefined): string =>
  tenant === undefined ? 'IDEMPOTENCY' : activityPartition(tenant, 'IDEMPOTENCY');

// usage

const DAY_PREFIX = 'DAY#';
export const usagePartition = (tenant: TenantId): string => activityPartition(tenant, 'USAGE');
/** @param date `2026-11-24`, or the beginning of one for a prefix: `2026-11` */
export const usageDayKey = (tenant: TenantId, date: string): Key => ({
  pk: usagePartition(tenant),
  sk: `${DAY_PREFIX}${date}`,
});
/** Returns the date of a sort key that `usageDayKey` made. */
export const dateOf = (sk: string): string => sk.slice(DAY_PREFIX.length);
/** @param month `2026-11` */
export const usageMonthKey = (tenant: TenantId, month: string): Key => ({
  pk: usagePartition(tenant),
  sk: `MONTH#${month}`,
});
/** Marks a threshold of a quota as told. */
export const thresholdKey = (tenant: TenantId, threshold: string): Key => ({
  pk: usagePartition(tenant),
  sk: `TOLD#${threshold}`,
});
/** Marks a call as counted. @param id the event's; its first hexadecimal digit chooses the shard */
export const meteredKey = (tenant: TenantId, id: string): Key => {
  const digit = Number.parseInt(/[0-9a-f]/.exec(id)?.[0] ?? '0', 16);
  return { pk: activityPartition(tenant, METERED_SHARDS[digit] ?? 'METERED#0'), sk: id };
};

// statistics

const statisticsKey = (tenant: TenantId, sk: string): Key => ({
  pk: activityPartition(tenant, 'STATISTICS'),
  sk,
});
/** The sums over all images and groups. */
export const sumsKey = (tenant: TenantId): Key => statisticsKey(tenant, 'SUMS');
/** The contribution of one image or group to the sums. */
export const summandKey = (tenant: TenantId, id: string): Key => statisticsKey(tenant, `THING#${id}`);
/** The numbers of images that passed each stage of the pipeline in a minute. @param time milliseconds since 1970 */
export const minuteKey = (tenant: TenantId, time: number): Key =>
  statisticsKey(tenant, `MINUTE#${new Date(time).toISOString().slice(0, 16)}`);

// search

export const cachePartition = (tenant: TenantId): string => activityPartition(tenant, 'CACHE');
export const cacheKey = (tenant: TenantId, queryHash: string): Key => ({
  pk: cachePartition(tenant),
  sk: queryHash,
});

// webhooks

const DELIVERY = 'DELIVERY#';
const ofWebhooks = (tenant: TenantId, sk: string): Key => ({ pk: activityPartition(tenant, 'WEBHOOKS'), sk });
export const deliveryKey = (tenant: TenantId, webhook: WebhookId, delivery: DeliveryId): Key =>
  ofWebhooks(tenant, `${DELIVERY}${webhook}#${delivery}`);
/** The range of sort keys of an endpoint's deliveries of a time. @param from and `to` RFC 3339; absent: from the first, to the last */
export function deliveryRange(webhook: WebhookId, from?: string, to?: string): [string, string] {
  const prefix = `${DELIVERY}${webhook}#dlv_`;
  return [
    from === undefined ? prefix : `${prefix}${encodeTime(Date.parse(from))}`,
    to === undefined ? `${prefix}~` : `${prefix}${encodeTime(Date.parse(to))}~`,
  ];
}
/** Marks that an endpoint has a delivery of a message. @param digest of the message's id */
export const messageKey = (tenant: TenantId, webhook: WebhookId, digest: string): Key =>
  ofWebhooks(tenant, `TOLD#${webhook}#${digest}`);
/** One of an endpoint's places for attempts at the same time, or of its tenant's. */
export const placeKey = (tenant: TenantId, holder: WebhookId | 'all', place: number): Key =>
  ofWebhooks(tenant, `PLACE#${holder}#${place}`);

/** The partitions of the index `by_due`, which holds pending deliveries of all tenants. */
export const DUE_PARTITIONS = [...'01234567'].map((shard) => `DUE#${shard}`);
/** One of 8 partitions, by the last character of the delivery's ULID. */
export const duePartition = (delivery: DeliveryId): string =>
  `DUE#${Number.parseInt(delivery.slice(-1), 36) % DUE_PARTITIONS.length}`;

const DELIVERY_AT = new RegExp(`^${DELIVERY}([^#]+)#([^#]+)$`);
/** Returns the delivery that is stored under a key. */
export function deliveryReferenceAt({ pk, sk }: Partial<Record<keyof Key, unknown>>): {
  tenant_id: TenantId;
  webhook_id: WebhookId;
  delivery_id: DeliveryId;
} {
  const [, webhook = '', delivery = ''] = DELIVERY_AT.exec(String(sk)) ?? [];
  return {
    tenant_id: tenantId(String(pk).split('#')[1] ?? ''),
    webhook_id: webhookId(webhook),
    delivery_id: deliveryId(delivery),
  };
}

// the service's own

export const jobKey = (job: JobId): Key => ({ pk: `JOB#${job}`, sk: 'JOB' });
/** The list of all jobs, or of those that a tenant owns, in the order of creation. */
export const jobEntryPartition = (owner: TenantId | undefined): string =>
  owner === undefined ? 'JOBS' : activityPartition(owner, 'JOBS');
export const jobEntryKey = (owner: TenantId | undefined, job: JobId): Key => ({
  pk: jobEntryPartition(owner),
  sk: `JOB#${job}`,
});
/** The errors of a job, by the image that was not made. */
export const jobErrorPrefix = (job: JobId): string => `${job}#`;
export const jobErrorPartition = (tenant: TenantId): string => activityPartition(tenant, 'JOBERRORS');
export const jobErrorKey = (tenant: TenantId, job: JobId, image: ImageId): Key => ({
  pk: jobErrorPartition(tenant),
  sk: `${jobErrorPrefix(job)}${image}`,
});
/** Names the job that works on a subject. */
export const jobClaimKey = (subject: string): Key => ({ pk: `JOB#${subject}`, sk: 'CLAIM' });
export const heartbeatKey = (service: string): Key => ({ pk: 'HEARTBEAT', sk: service });
/** The switches of the whole service. */
export const switchesKey = (): Key => ({ pk: 'SWITCHES', sk: 'SWITCHES' });
export const revocationKey = (issuer: string, subject: string): Key => ({
  pk: `REVOKED#${issuer}`,
  sk: subject,
});
