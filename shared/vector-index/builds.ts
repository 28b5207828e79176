import { Problem } from '#shared/kernel/problems.ts';
import {
  hasRole,
  ownPartition,
  type Partition,
  type PartitionLayout,
  partitionName,
  type Role,
  sharedPartition,
} from './partitions.ts';
import type { Build } from './vector-index.ts';

/** The effect of one step of a build on a model's partitions. */
export interface Step {
  /** The layout afterwards: a partition missing from it is dropped, a new one in it is created. */
  layout: PartitionLayout;
  /** When to delete the tenant's unserved documents from the shared partition: `before` or `after` the layout changes. */
  leftovers?: 'before' | 'after';
}

/** @throws Problem `conflict` if another build is running, or there is nothing to move */
export function begin(layout: PartitionLayout, build: Build): Step {
  if (layout.partitions.some((partition) => isOther(partition, build))) throw otherBuild(layout);
  if (partitionOfBuild(layout, build)) return { layout };
  const settled = without(layout, 'built');
  if (build.of === 'tenant' && build.into === 'shared') {
    const own = ownPartition(layout, build.tenant);
    if (!own) throw new Problem('conflict', `${build.tenant} has no partition of its own to move from.`);
    return { layout: withRoles(settled, own.name, ['serving', 'returning']), leftovers: 'before' };
  }
  const last = layout.last + 1;
  const tenant = build.of === 'tenant' ? build.tenant : undefined;
  const partition: Partition = { name: partitionName(layout.model, last, tenant), tenant, roles: ['next'] };
  return { layout: { ...settled, last, partitions: [...settled.partitions, partition] } };
}

/** @throws Problem `conflict` if no such build was begun */
export function finish(layout: PartitionLayout, build: Build): Step {
  if (layout.partitions.some((partition) => isOther(partition, build))) throw otherBuild(layout);
  const partition = partitionOfBuild(layout, build);
  const leftovers = build.of === 'tenant' && build.into === 'own' ? ({ leftovers: 'after' } as const) : {};
  if (!partition) {
    if (isFinished(layout, build)) return { layout, ...leftovers };
    throw new Problem('conflict', `No such build of the model ${layout.model} was begun.`);
  }
  const replaced = build.of === 'shared' ? sharedPartition(layout) : ownPartition(layout, build.tenant);
  const remaining = replaced ? withoutPartition(layout, replaced.name) : layout;
  return { layout: withRoles(remaining, partition.name, ['serving', 'built']), ...leftovers };
}

/** Changes nothing if no such build is running. */
export function abandon(layout: PartitionLayout, build: Build): Step {
  const partition = partitionOfBuild(layout, build);
  if (!partition) return { layout };
  if (hasRole(partition, 'next')) return { layout: withoutPartition(layout, partition.name) };
  return { layout: without(layout, 'returning'), leftovers: 'after' };
}

/** Returns the partition that a running build fills, or empties. */
const partitionOfBuild = ({ partitions }: PartitionLayout, build: Build): Partition | undefined =>
  partitions.find((partition) => isBeingBuilt(partition) && !isOther(partition, build));

const isBeingBuilt = (partition: Partition): boolean =>
  hasRole(partition, 'next') || hasRole(partition, 'returning');

function isOther(partition: Partition, build: Build): boolean {
  if (!isBeingBuilt(partition)) return false;
  if (build.of === 'shared') return partition.tenant !== undefined;
  return partition.tenant !== build.tenant || hasRole(partition, 'returning') !== (build.into === 'shared');
}

function isFinished(layout: PartitionLayout, build: Build): boolean {
  if (build.of === 'tenant' && build.into === 'shared') return !ownPartition(layout, build.tenant);
  const partition = build.of === 'shared' ? sharedPartition(layout) : ownPartition(layout, build.tenant);
  return partition !== undefined && hasRole(partition, 'built');
}

const without = (layout: PartitionLayout, role: Role): PartitionLayout => ({
  ...layout,
  partitions: layout.partitions.map((partition) => ({
    ...partition,
    roles: partition.roles.filter((each) => each !== role),
  })),
});

const withRoles = (layout: PartitionLayout, name: string, roles: readonly Role[]): PartitionLayout => ({
  ...layout,
  partitions: layout.partitions.map((partition) =>
    partition.name === name ? { ...partition, roles } : partition,
  ),
});

const withoutPartition = (layout: PartitionLayout, name: string): PartitionLayout => ({
  ...layout,
  partitions: layout.partitions.filter((partition) => partition.name !== name),
});

const otherBuild = ({ model }: PartitionLayout): Problem =>
  new Problem('conflict', `Another build of the model ${model} is running.`);
