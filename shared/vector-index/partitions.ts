import { type TenantId, tenantId } from '#shared/kernel/ids.ts';
import { Problem } from '#shared/kernel/problems.ts';

/**
 * What a space is for. `serving`: searches look into it. `next`: it is being built. `returning`: it serves a tenant
 * whose documents are being put back among the others'. `built`: the last build that was finished made it.
 */
export const ROLES = ['serving', 'next', 'returning', 'built'] as const;
export type Role = (typeof ROLES)[number];

/** Documents of one model that are kept together: an index of OpenSearch, a table of LanceDB. */
export interface Space {
  name: string;
  /** Whose alone it is; absent: every tenant's that has none of its own. */
  tenant?: TenantId | undefined;
  roles: readonly Role[];
}

/** The spaces of a model. */
export interface Layout {
  model: string;
  /** The number of the newest space that there was. */
  last: number;
  spaces: readonly Space[];
}

const FAMILY = 'images-';
const NUMBERED = /^(\d{6,})(?:\.own\.([a-z0-9-]+))?$/;

/** `images-{model}`; no model and no tenant has a dot in its name, so that what follows one is ours. */
export const familyName = (model: string): string => `${FAMILY}${model}`;

export const spaceName = (model: string, number: number, tenant?: TenantId): string =>
  `${familyName(model)}-${String(number).padStart(6, '0')}${tenant ? `.own.${tenant}` : ''}`;

/** What a space's name says; undefined where it is none of this model's. */
export function parseSpaceName(
  model: string,
  name: string,
): { number: number; tenant: TenantId | undefined } | undefined {
  const family = `${familyName(model)}-`;
  const [, number, tenant] = (name.startsWith(family) && NUMBERED.exec(name.slice(family.length))) || [];
  return number ? { number: Number(number), tenant: tenant ? tenantId(tenant) : undefined } : undefined;
}

export const hasRole = (space: Space, role: Role): boolean => space.roles.includes(role);

/** The space that the tenant's searches look into. @throws Problem `dependency_unavailable` where there is none yet */
export function homeOf(layout: Layout, tenant: TenantId): Space {
  const home = ownOf(layout, tenant) ?? sharedOf(layout);
  if (home) return home;
  throw new Problem('dependency_unavailable', `The index has no space for the model ${layout.model} yet.`, {
    retryAfter: 5,
  });
}

/** The space where the tenant's documents are to serve from when what is being built is finished. */
export function nextOf(layout: Layout, tenant: TenantId): Space | undefined {
  const own = ownOf(layout, tenant);
  if (own && hasRole(own, 'returning')) return sharedOf(layout);
  return layout.spaces.find(
    (space) => hasRole(space, 'next') && (space.tenant === undefined ? !own : space.tenant === tenant),
  );
}

/** As `nextOf`. @throws Problem `conflict` where nothing is being built that is to hold the tenant's documents */
export function demandNext(layout: Layout, tenant: TenantId): Space {
  const next = nextOf(layout, tenant);
  if (next) return next;
  throw new Problem('conflict', `Nothing of the model ${layout.model} is being built for ${tenant}.`);
}

/** Where the tenant's documents may be, what nobody sees of them included. The one that serves comes first. */
export function whereabouts(layout: Layout, tenant: TenantId): Space[] {
  const home = homeOf(layout, tenant);
  const others = layout.spaces.filter(
    (space) => space !== home && (space.tenant === undefined || space.tenant === tenant),
  );
  return [home, ...others];
}

export const ownOf = (layout: Layout, tenant: TenantId): Space | undefined =>
  layout.spaces.find((space) => space.tenant === tenant && hasRole(space, 'serving'));

export const sharedOf = (layout: Layout): Space | undefined =>
  layout.spaces.find((space) => space.tenant === undefined && hasRole(space, 'serving'));

/** Who has a space of their own: what the shared one still holds of them, nobody may see. */
export const tenantsApart = (layout: Layout): TenantId[] =>
  layout.spaces.flatMap(({ tenant, roles }) => (tenant && roles.includes('serving') ? [tenant] : []));
