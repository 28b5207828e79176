import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type TenantId, tenantId } from '#shared/kernel/ids.ts';
import { Problem } from '#shared/kernel/problems.ts';
import { abandon, begin, finish, type Step } from '#shared/vector-index/builds.ts';
import {
  hasRole,
  homeOf,
  type Layout,
  nextOf,
  spaceName,
  whereabouts,
} from '#shared/vector-index/partitions.ts';
import type { Build } from '#shared/vector-index/vector-index.ts';

const MODEL = 'a-model';
const ALICE = tenantId('alice');
const BOB = tenantId('bob');
const TENANTS = [ALICE, BOB, tenantId('next')];
const FIRST: Layout = { model: MODEL, last: 1, spaces: [{ name: spaceName(MODEL, 1), roles: ['serving'] }] };

const of = { model: MODEL, dimension: 8 };
const SHARED: Build = { ...of, of: 'shared' };
const move = (tenant: TenantId, into: 'own' | 'shared'): Build => ({
  ...of,
  of: 'tenant',
  tenant,
  into,
});
const builds = fc.oneof(
  fc.constant(SHARED),
  fc
    .tuple(fc.constantFrom(...TENANTS), fc.constantFrom('own' as const, 'shared' as const))
    .map((pair) => move(...pair)),
);
const steps = fc.tuple(fc.constantFrom(begin, finish, abandon), builds);

/** Nothing changes where a step is refused as it should be. */
function taken(step: typeof begin, layout: Layout, build: Build): Step {
  try {
    return step(layout, build);
  } catch (error) {
    if (error instanceof Problem && error.code === 'conflict') return { layout };
    throw error;
  }
}

/** Every layout on the way of a series of steps. */
function layoutsOf(series: readonly [typeof begin, Build][]): Layout[] {
  const layouts = [FIRST];
  for (const [step, build] of series) layouts.push(taken(step, layouts.at(-1) ?? FIRST, build).layout);
  return layouts;
}

const names = ({ spaces }: Layout) => spaces.map(({ name }) => name);

describe('builds, in any order', () => {
  it('leave one shared space that serves, at most one own a tenant, and one build at a time', () => {
    fc.assert(
      fc.property(fc.array(steps, { maxLength: 30 }), (series) => {
        for (const { spaces, last } of layoutsOf(series)) {
          const serving = spaces.filter((space) => hasRole(space, 'serving')).map(({ tenant }) => tenant);
          expect(new Set(serving).size).toBe(serving.length);
          expect(serving).toContain(undefined);
          const going = spaces.filter((space) => hasRole(space, 'next') || hasRole(space, 'returning'));
          expect(going.length).toBeLessThanOrEqual(1);
          expect(spaces.every(({ roles }) => roles.length > 0)).toBe(true);
          expect(new Set(spaces.map(({ name }) => name)).size).toBe(spaces.length);
          expect(spaces.every(({ name, tenant }) => name <= spaceName(MODEL, last, tenant))).toBe(true);
        }
      }),
    );
  });

  it('never take the space that serves a tenant away without another one that was built for it', () => {
    fc.assert(
      fc.property(fc.array(steps, { maxLength: 30 }), (series) => {
        const layouts = layoutsOf(series);
        for (const [at, after] of layouts.slice(1).entries()) {
          const before = layouts[at] ?? FIRST;
          for (const tenant of TENANTS) {
            const [was, is] = [homeOf(before, tenant).name, homeOf(after, tenant).name];
            if (was !== is) expect(is).toBe(nextOf(before, tenant)?.name);
          }
        }
      }),
    );
  });

  it('write what is being built for a tenant where it serves from afterwards', () => {
    fc.assert(
      fc.property(fc.array(steps, { maxLength: 20 }), builds, (series, build) => {
        const before = layoutsOf(series).at(-1) ?? FIRST;
        const begun = taken(begin, before, build).layout;
        const nexts = TENANTS.map((tenant) => nextOf(begun, tenant)?.name);
        const finished = taken(finish, begun, build).layout;
        if (names(finished).join() === names(begun).join()) return;
        for (const [at, tenant] of TENANTS.entries())
          if (nexts[at]) expect(homeOf(finished, tenant).name).toBe(nexts[at]);
      }),
    );
  });

  it('are the same taken twice', () => {
    fc.assert(
      fc.property(fc.array(steps, { maxLength: 20 }), steps, (series, [step, build]) => {
        const once = taken(step, layoutsOf(series).at(-1) ?? FIRST, build).layout;
        expect(taken(step, once, build).layout).toEqual(once);
      }),
    );
  });

  it('end where they began when they are abandoned', () => {
    fc.assert(
      fc.property(fc.array(steps, { maxLength: 20 }), builds, (series, build) => {
        const before = taken(abandon, layoutsOf(series).at(-1) ?? FIRST, build).layout;
        const after = abandon(taken(begin, before, build).layout, build).layout;
        expect(names(after)).toEqual(names(before));
        for (const tenant of TENANTS) expect(homeOf(after, tenant).name).toBe(homeOf(before, tenant).name);
      }),
    );
  });

  it('have a document removed wherever it may be', () => {
    fc.assert(
      fc.property(fc.array(steps, { maxLength: 30 }), fc.constantFrom(...TENANTS), (series, tenant) => {
        for (const layout of layoutsOf(series)) {
          const places = whereabouts(layout, tenant);
          expect(places[0]).toBe(homeOf(layout, tenant));
          const next = nextOf(layout, tenant);
          if (next) expect(places).toContain(next);
          expect(places.every((space) => space.tenant === undefined || space.tenant === tenant)).toBe(true);
        }
      }),
    );
  });
});

describe('a build', () => {
  it('clears what nobody sees of a tenant in the shared space: before it is filled, or once it has left', () => {
    const apart = finish(begin(FIRST, move(ALICE, 'own')).layout, move(ALICE, 'own'));
    expect(apart.leftovers).toBe('after');
    expect(finish(apart.layout, move(ALICE, 'own')).leftovers).toBe('after');
    const returning = begin(apart.layout, move(ALICE, 'shared'));
    expect(returning.leftovers).toBe('before');
    expect(abandon(returning.layout, move(ALICE, 'shared')).leftovers).toBe('after');
    expect(finish(returning.layout, move(ALICE, 'shared'))).toEqual({ layout: FIRST_LATER });
  });

  it('that goes on is not begun from the start again', () => {
    const apart = finish(begin(FIRST, move(ALICE, 'own')).layout, move(ALICE, 'own')).layout;
    const returning = begin(apart, move(ALICE, 'shared')).layout;
    expect(begin(returning, move(ALICE, 'shared'))).toEqual({ layout: returning });
  });

  it('is not finished by another one, nor when it was abandoned', () => {
    const conflict = expect.objectContaining({ code: 'conflict' });
    const begun = begin(FIRST, SHARED).layout;
    expect(() => finish(begun, move(BOB, 'own'))).toThrow(conflict);
    const done = finish(begun, SHARED).layout;
    const abandoned = abandon(begin(done, SHARED).layout, SHARED).layout;
    expect(() => finish(abandoned, SHARED)).toThrow(conflict);
    expect(() => begin(FIRST, move(BOB, 'shared'))).toThrow(conflict);
  });
});

/** The first layout, after another space came and went. */
const FIRST_LATER: Layout = { ...FIRST, last: 2 };
