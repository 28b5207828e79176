import { z } from 'zod';
import type { TenantId } from '#shared/kernel/ids.ts';
import {
  familyName,
  hasRole,
  type Layout,
  parseSpaceName,
  ROLES,
  type Role,
  type Space,
  spaceName,
  tenantsApart,
} from './partitions.ts';

/** What searches know of a model: all that serves is behind it. */
export const aliasOf = (model: string): string => familyName(model);

/** Every role is an alias, so that the roles of several indices change in one step. */
const roleAlias = (model: string, role: Role): string =>
  role === 'serving' ? aliasOf(model) : `${aliasOf(model)}.${role}`;

/** Behind `images-{model}` a write would not know which of several indices is meant. */
const ownAlias = (model: string, tenant: TenantId): string => `${aliasOf(model)}.of.${tenant}`;

/** The alias that a space is written through: never the index itself, which a late write would make anew. */
export function writeAlias({ model }: Layout, space: Space): string {
  if (!hasRole(space, 'serving')) return roleAlias(model, 'next');
  return space.tenant ? ownAlias(model, space.tenant) : aliasOf(model);
}

/** All indices of a model, whatever their role. Those of models with a longer name are among them. */
export const indexPattern = (model: string): string => `${aliasOf(model)}-*`;

export const firstIndexOf = (model: string): string => spaceName(model, 1);

/** The model of an alias that searches use; undefined where the alias is another role's. */
export const modelOf = (alias: string): string | undefined =>
  alias.includes('.') ? undefined : alias.slice(aliasOf('').length);

const Aliases = z.record(z.string(), z.object({ aliases: z.record(z.string(), z.unknown()) }));

/** @param body the answer to `GET {indexPattern}/_alias` */
export function readLayout(model: string, body: unknown): Layout {
  const indices = Object.entries(Aliases.parse(body)).flatMap(([name, { aliases }]) => {
    const parsed = parseSpaceName(model, name);
    const roles = ROLES.filter((role) => roleAlias(model, role) in aliases);
    return parsed ? [{ ...parsed, name, roles }] : [];
  });
  return {
    model,
    last: Math.max(0, ...indices.map(({ number }) => number)),
    spaces: indices
      .filter(({ roles }) => roles.length > 0)
      .map(({ name, tenant, roles }) => ({ name, tenant, roles }))
      .sort((one, other) => (one.name < other.name ? -1 : 1)),
  };
}

/** Indices of a model that have no role any more. */
export const orphansOf = (model: string, body: unknown): string[] =>
  Object.entries(Aliases.parse(body)).flatMap(([name, { aliases }]) =>
    parseSpaceName(model, name) && Object.keys(aliases).length === 0 ? [name] : [],
  );

/** The names of all aliases of `GET _alias`. */
export const aliasNames = (body: unknown): string[] =>
  Object.values(Aliases.parse(body)).flatMap(({ aliases }) => Object.keys(aliases));

/** An alias as OpenSearch keeps it. */
interface Alias {
  is_write_index?: boolean;
  filter?: Filter;
}
type Filter = { bool: { must_not: { terms: { tenant_id: string[] } } } };

/** The aliases that give a space its roles. */
export function aliasesOf(layout: Layout, space: Space): Record<string, Alias> {
  const { model } = layout;
  const aliases: Record<string, Alias> = {};
  for (const role of space.roles) aliases[roleAlias(model, role)] = {};
  if (!hasRole(space, 'serving')) return aliases;
  if (space.tenant) {
    return { ...aliases, [aliasOf(model)]: { is_write_index: false }, [ownAlias(model, space.tenant)]: {} };
  }
  // What the shared index still holds, or holds again, of a tenant with an index of its own, no search sees.
  const apart = tenantsApart(layout);
  const filter: Filter = { bool: { must_not: { terms: { tenant_id: apart } } } };
  return { ...aliases, [aliasOf(model)]: { is_write_index: true, ...(apart.length > 0 && { filter }) } };
}

type Action =
  | { add: { index: string; alias: string } & Alias }
  | { remove: { index: string; alias: string } };

/** What makes one layout of another in one step, new indices aside. Empty where nothing changes. */
export function aliasActions(before: Layout, after: Layout): Action[] {
  const actions: Action[] = [];
  for (const old of before.spaces) {
    const index = old.name;
    const space = after.spaces.find(({ name }) => name === index);
    const [was, is] = [aliasesOf(before, old), space ? aliasesOf(after, space) : {}];
    for (const alias of Object.keys(was)) if (!(alias in is)) actions.push({ remove: { index, alias } });
    for (const [alias, how] of Object.entries(is))
      if (JSON.stringify(was[alias]) !== JSON.stringify(how)) actions.push({ add: { index, alias, ...how } });
  }
  return actions;
}
