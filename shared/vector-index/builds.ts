import { Problem } from '#shared/kernel/problems.ts';
import { hasRole, type Layout, ownOf, type Role, type Space, sharedOf, spaceName } from './partitions.ts';
import type { Build } from './vector-index.ts';

/** What a step of a build does to the spaces of a model. */
export interface Step {
  /** The spaces afterwards; what is no longer among them is dropped, what is new among them is made. */
  layout: Layout;
  /**
   * Documents of the build's tenant that nobody sees any more in the shared space are removed: `before` the spaces
   * change, or `after` that.
   */
  leftovers?: 'before' | 'after';
}

/** @throws Problem `conflict` where another build is going on, or there is nothing to move */
export function begin(layout: Layout, build: Build): Step {
  if (layout.spaces.some((space) => isOther(space, build))) throw otherBuild(layout);
  if (inHand(layout, build)) return { layout };
  const settled = without(layout, 'built');
  if (build.of === 'tenant' && build.into === 'shared') {
    const own = ownOf(layout, build.tenant);
    if (!own) throw new Problem('conflict', `${build.tenant} has no space of its own to move from.`);
    return { layout: withRoles(settled, own.name, ['serving', 'returning']), leftovers: 'before' };
  }
  const last = layout.last + 1;
  const tenant = build.of === 'tenant' ? build.tenant : undefined;
  const space: Space = { name: spaceName(layout.model, last, tenant), tenant, roles: ['next'] };
  return { layout: { ...settled, last, spaces: [...settled.spaces, space] } };
}

/** @throws Problem `conflict` where no such build was begun */
export function finish(layout: Layout, build: Build): Step {
  if (layout.spaces.some((space) => isOther(space, build))) throw otherBuild(layout);
  const space = inHand(layout, build);
  const leftovers = build.of === 'tenant' && build.into === 'own' ? ({ leftovers: 'after' } as const) : {};
  if (!space) {
    if (isFinished(layout, build)) return { layout, ...leftovers };
    throw new Problem('conflict', `No such build of the model ${layout.model} was begun.`);
  }
  const replaced = build.of === 'shared' ? sharedOf(layout) : ownOf(layout, build.tenant);
  const left = replaced ? withoutSpace(layout, replaced.name) : layout;
  return { layout: withRoles(left, space.name, ['serving', 'built']), ...leftovers };
}

/** Nothing changes where no such build is going on. */
export function abandon(layout: Layout, build: Build): Step {
  const space = inHand(layout, build);
  if (!space) return { layout };
  if (hasRole(space, 'next')) return { layout: withoutSpace(layout, space.name) };
  return { layout: without(layout, 'returning'), leftovers: 'after' };
}

/** The space that a build is about, while it is going on: the one that is filled, or the one that is left. */
const inHand = ({ spaces }: Layout, build: Build): Space | undefined =>
  spaces.find((space) => isBeingBuilt(space) && !isOther(space, build));

const isBeingBuilt = (space: Space): boolean => hasRole(space, 'next') || hasRole(space, 'returning');

function isOther(space: Space, build: Build): boolean {
  if (!isBeingBuilt(space)) return false;
  if (build.of === 'shared') return space.tenant !== undefined;
  return space.tenant !== build.tenant || hasRole(space, 'returning') !== (build.into === 'shared');
}

function isFinished(layout: Layout, build: Build): boolean {
  if (build.of === 'tenant' && build.into === 'shared') return !ownOf(layout, build.tenant);
  const space = build.of === 'shared' ? sharedOf(layout) : ownOf(layout, build.tenant);
  return space !== undefined && hasRole(space, 'built');
}

const without = (layout: Layout, role: Role): Layout => ({
  ...layout,
  spaces: layout.spaces.map((space) => ({ ...space, roles: space.roles.filter((each) => each !== role) })),
});

const withRoles = (layout: Layout, name: string, roles: readonly Role[]): Layout => ({
  ...layout,
  spaces: layout.spaces.map((space) => (space.name === name ? { ...space, roles } : space)),
});

const withoutSpace = (layout: Layout, name: string): Layout => ({
  ...layout,
  spaces: layout.spaces.filter((space) => space.name !== name),
});

const otherBuild = ({ model }: Layout): Problem =>
  new Problem('conflict', `Another build of the model ${model} is going on.`);
