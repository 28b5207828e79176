import { type TenantId, tenantId } from '#shared/kernel/ids.ts';
import { Problem } from '#shared/kernel/problems.ts';

/**
 * The roles of a partition. `serving`: searches read it. `next`: it is being built. `returning`: it serves a tenant
 * whose documents are being copied back to the shared partition. `built`: the last finished build made it.
 */
export const ROLES = ['serving', 'next', 'returning', 'built'] as const;
export type Role = (typeof ROLES)[number];

/** A set of documents of one model, stored together: an index of OpenSearch, a table of LanceDB. */
export interface Partition {
  name: string;
  /** The tenant that it belongs to; absent: shared by all tenants that have none of their own. */
  tenant?: TenantId | undefined;
  roles: readonly Role[];
}

/** The partitions of a model. */
export interface PartitionLayout {
  model: string;
  /** The highest partition number ever used. */
  last: number;
  partitions: readonly Partition[];
}

const FAMILY = 'images-';
const NUMBERED = /^(\d{6,})(?:\.own\.([a-z0-9-]+))?$/;

/** Returns `images-{model}`. Names of models and tenants contain no dot, so that suffixes after one are unambiguous. */
export const familyName = (model: string): string => `${FAMILY}${model}`;

export const partitionName = (model: string, number: number, tenant?: TenantId): string =>
  `${familyName(model)}-${String(number).padStart(6, '0')}${tenant ? `.own.${tenant}` : ''}`;

/** Parses a partition's name; undefined if it belongs to another model. */
export function parsePartitionName(
  model: string,
  name: string,
): { number: number; tenant: TenantId | undefined } | undefined {
  const family = `${familyName(model)}-`;
  const [, number, tenant] = (name.startsWith(family) && NUMBERED.exec(name.slice(family.length))) || [];
  return number ? { number: Number(number), tenant: tenant ? tenantId(tenant) : undefined } : undefined;
}

export const hasRole = (partition: Partition, role: Role): boolean => partition.roles.includes(role);

/** Returns the partition that serves a tenant's searches. @throws Problem `dependency_unavailable` if there is none yet */
export function servingPartition(layout: PartitionLayout, tenant: TenantId): Partition {
  const serving = ownPartition(layout, tenant) ?? sharedPartition(layout);
  if (serving) return serving;
  throw new Problem(
    'dependency_unavailable',
    `The index has no partition for the model ${layout.model} yet.`,
    {
      retryAfter: 5,
    },
  );
}

/** Returns the partition that will serve a tenant when the running build is finished. */
export function nextPartition(layout: PartitionLayout, tenant: TenantId): Partition | undefined {
  const own = ownPartition(layout, tenant);
  if (own && hasRole(own, 'returning')) return sharedPartition(layout);
  return layout.partitions.find(
    (partition) =>
      hasRole(partition, 'next') && (partition.tenant === undefined ? !own : partition.tenant === tenant),
  );
}

/** Returns `nextPartition`. @throws Problem `conflict` if no build for the tenant is running */
export function requireNextPartition(layout: PartitionLayout, tenant: TenantId): Partition {
  const next = nextPartition(layout, tenant);
  if (next) return next;
  throw new Problem('conflict', `No build of the model ${layout.model} is running for ${tenant}.`);
}

/** Returns all partitions that may contain a tenant's documents, unserved ones too. The serving one comes first. */
export function partitionsOf(layout: PartitionLayout, tenant: TenantId): Partition[] {
  const serving = servingPartition(layout, tenant);
  const others = layout.partitions.filter(
    (partition) => partition !== serving && (partition.tenant === undefined || partition.tenant === tenant),
  );
  return [serving, ...others];
}

export const ownPartition = (layout: PartitionLayout, tenant: TenantId): Partition | undefined =>
  layout.partitions.find((partition) => partition.tenant === tenant && hasRole(partition, 'serving'));

export const sharedPartition = (layout: PartitionLayout): Partition | undefined =>
  layout.partitions.find((partition) => partition.tenant === undefined && hasRole(partition, 'serving'));

/** Returns the tenants with their own serving partition: their leftovers in the shared one must stay hidden. */
export const tenantsWithOwnPartition = (layout: PartitionLayout): TenantId[] =>
  layout.partitions.flatMap(({ tenant, roles }) => (tenant && roles.includes('serving') ? [tenant] : []));
