import {
  activityPartition,
  heartbeatKey,
  idempotencyPartition,
  jobEntryPartition,
  jobKey,
  METERED_SHARDS,
  revocationKey,
  switchesKey,
  type TENANT_ACTIVITIES,
} from '#shared/aws/dynamodb-activity-keys.ts';
import { tenantPartition } from '#shared/aws/dynamodb-keys.ts';

// Not ids: patterns of all ids.
const ANY_TENANT = '*' as Parameters<typeof activityPartition>[0];
const ANY_JOB = '*' as Parameters<typeof jobKey>[0];

const ofTenants = (...activities: readonly (typeof TENANT_ACTIVITIES)[number][]): string[] =>
  activities.map((activity) => activityPartition(ANY_TENANT, activity));

/**
 * The partitions of the table `activity` by subject, as patterns of a policy: a function that writes heartbeats cannot
 * remove revocations. A pattern matches the partitions of all tenants, since a function serves all of them.
 */
export const PARTITIONS = {
  cache: ofTenants('CACHE'),
  heartbeats: [heartbeatKey('').pk],
  idempotency: ofTenants('IDEMPOTENCY'),
  idempotencyOfOperator: [idempotencyPartition(undefined)],
  jobs: [jobKey(ANY_JOB).pk, jobEntryPartition(undefined), jobEntryPartition(ANY_TENANT)],
  jobErrors: ofTenants('JOBERRORS'),
  ofTenants: [tenantPartition(ANY_TENANT)],
  revocations: [revocationKey('*', '').pk],
  switches: [switchesKey().pk],
  statistics: ofTenants('STATISTICS'),
  usage: ofTenants('USAGE'),
  webhooks: ofTenants('WEBHOOKS'),
  /** All shards. */
  usageMarkers: ofTenants(...METERED_SHARDS.slice(0, 1)).map((shard) => shard.replace(/.$/, '?')),
} as const;
