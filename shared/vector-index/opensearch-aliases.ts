import * as z from 'zod';
import type { TenantId } from '#shared/kernel/ids.ts';
import {
  familyName,
  hasRole,
  type Partition,
  type PartitionLayout,
  parsePartitionName,
  partitionName,
  ROLES,
  type Role,
  tenantsWithOwnPartition,
} from './partitions.ts';

/** Returns the alias that searches use: it covers every serving index of a model. */
export const aliasOf = (model: string): string => familyName(model);

/** Returns the alias of a role. Aliases let the roles of several indices change atomically. */
const roleAlias = (model: string, role: Role): string =>
  role === 'serving' ? aliasOf(model) : `${aliasOf(model)}.${role}`;

/** Returns the write alias of a tenant's own index: `images-{model}` covers several indices. */
const ownAlias = (model: string, tenant: TenantId): string => `${aliasOf(model)}.of.${tenant}`;

/** Returns the alias to write through. A late write to a deleted index by its own name would create it again. */
export function writeAlias({ model }: PartitionLayout, partition: Partition): string {
  if (!hasRole(partition, 'serving')) return roleAlias(model, 'next');
  return partition.tenant ? ownAlias(model, partition.tenant) : aliasOf(model);
}

/** Matches all indices of a model, and those of models whose names begin with its name. */
export const indexPattern = (model: string): string => `${aliasOf(model)}-*`;

export const firstIndexOf = (model: string): string => partitionName(model, 1);

/** Returns the model of a search alias; undefined for the alias of another role. */
export const modelOf = (alias: string): string | undefined =>
  alias.includes('.') ? undefined : alias.slice(aliasOf('').length);

const Aliases = z.record(z.string(), z.object({ aliases: z.record(z.string(), z.unknown()) }));

/** @param body the response to `GET {indexPattern}/_alias` */
export function readLayout(model: string, body: unknown): PartitionLayout {
  const indices = Object.entries(Aliases.parse(body)).flatMap(([name, { aliases }]) => {
    const parsed = parsePartitionName(model, name);
    const roles = ROLES.filter((role) => roleAlias(model, role) in aliases);
    return parsed ? [{ ...parsed, name, roles }] : [];
  });
  return {
    model,
    last: Math.max(0, ...indices.map(({ number }) => number)),
    partitions: indices
      .filter(({ roles }) => roles.length > 0)
      .map(({ name, tenant, roles }) => ({ name, tenant, roles }))
      .sort((one, other) => (one.name < other.name ? -1 : 1)),
  };
}

/** Returns a model's indices without a role. */
export const orphanedIndices = (model: string, body: unknown): string[] =>
  Object.entries(Aliases.parse(body)).flatMap(([name, { aliases }]) =>
    parsePartitionName(model, name) && Object.keys(aliases).length === 0 ? [name] : [],
  );

/** @param body the response to `GET _alias` */
export const aliasNames = (body: unknown): string[] =>
  Object.values(Aliases.parse(body)).flatMap(({ aliases }) => Object.keys(aliases));

/** An alias in OpenSearch's API. */
interface Alias {
  is_write_index?: boolean;
  filter?: Filter;
}
type Filter = { bool: { must_not: { terms: { tenant_id: string[] } } } };

/** Returns the aliases that express a partition's roles. */
export function aliasesOf(layout: PartitionLayout, partition: Partition): Record<string, Alias> {
  const { model } = layout;
  const aliases: Record<string, Alias> = {};
  for (const role of partition.roles) aliases[roleAlias(model, role)] = {};
  if (!hasRole(partition, 'serving')) return aliases;
  if (partition.tenant) {
    return {
      ...aliases,
      [aliasOf(model)]: { is_write_index: false },
      [ownAlias(model, partition.tenant)]: {},
    };
  }
  // Hides leftovers in the shared index from searches of tenants that have their own.
  const hidden = tenantsWithOwnPartition(layout);
  const filter: Filter = { bool: { must_not: { terms: { tenant_id: hidden } } } };
  return { ...aliases, [aliasOf(model)]: { is_write_index: true, ...(hidden.length > 0 && { filter }) } };
}

type Action =
  | { add: { index: string; alias: string } & Alias }
  | { remove: { index: string; alias: string } };

/** Returns the actions that change one layout into another atomically, except for new indices. */
export function aliasActions(before: PartitionLayout, after: PartitionLayout): Action[] {
  const actions: Action[] = [];
  for (const old of before.partitions) {
    const index = old.name;
    const partition = after.partitions.find(({ name }) => name === index);
    const [from, to] = [aliasesOf(before, old), partition ? aliasesOf(after, partition) : {}];
    for (const alias of Object.keys(from)) if (!(alias in to)) actions.push({ remove: { index, alias } });
    for (const [alias, options] of Object.entries(to))
      if (JSON.stringify(from[alias]) !== JSON.stringify(options))
        actions.push({ add: { index, alias, ...options } });
  }
  return actions;
}
