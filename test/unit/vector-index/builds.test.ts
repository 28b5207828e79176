import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type TenantId, tenantId } from '#shared/kernel/ids.ts';
import { Problem } from '#shared/kernel/problems.ts';
import { abandon, begin, finish, type Step } from '#shared/vector-index/builds.ts';
import {
  hasRole,
  nextPartition,
  type PartitionLayout,
  partitionName,
  partitionsOf,
  servingPartition,
} from '#shared/vector-index/partitions.ts';
import type { Build } from '#shared/vector-index/vector-index.ts';

const MODEL = 'a-model';
const ALICE = tenantId('alice');
const BOB = tenantId('bob');
const TENANTS = [ALICE, BOB, tenantId('next')];
const FIRST: PartitionLayout = {
  model: MODEL,
  last: 1,
  partitions: [{ name: partitionName(MODEL, 1), roles: ['serving'] }],
};

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

/** Applies a step; a refusal changes nothing. */
function applied(step: typeof begin, layout: PartitionLayout, build: Build): Step {
  try {
    return step(layout, build);
  } catch (error) {
    if (error instanceof Problem && error.code === 'conflict') return { layout };
    throw error;
  }
}

/** Returns the layouts after each of a series of steps. */
function layoutsOf(series: readonly [typeof begin, Build][]): PartitionLayout[] {
  const layouts = [FIRST];
  for (const [step, build] of series) layouts.push(applied(step, layouts.at(-1) ?? FIRST, build).layout);
  return layouts;
}

const names = ({ partitions }: PartitionLayout) => partitions.map(({ name }) => name);

describe('builds, in any order', () => {
  it('leave one serving shared partition, at most one own partition per tenant, and one build at a time', () => {
    fc.assert(
      fc.property(fc.array(steps, { maxLength: 30 }), (series) => {
        for (const { partitions, last } of layoutsOf(series)) {
          const serving = partitions
            .filter((partition) => hasRole(partition, 'serving'))
            .map(({ tenant }) => tenant);
          expect(new Set(serving).size).toBe(serving.length);
          expect(serving).toContain(undefined);
          const going = partitions.filter(
            (partition) => hasRole(partition, 'next') || hasRole(partition, 'returning'),
          );
          expect(going.length).toBeLessThanOrEqual(1);
          expect(partitions.every(({ roles }) => roles.length > 0)).toBe(true);
          expect(new Set(partitions.map(({ name }) => name)).size).toBe(partitions.length);
          expect(partitions.every(({ name, tenant }) => name <= partitionName(MODEL, last, tenant))).toBe(
            true,
          );
        }
      }),
    );
  });

  it('never remove a tenant’s serving partition without a replacement that was built for it', () => {
    fc.assert(
      fc.property(fc.array(steps, { maxLength: 30 }), (series) => {
        const layouts = layoutsOf(series);
        for (const [at, after] of layouts.slice(1).entries()) {
          const before = layouts[at] ?? FIRST;
          for (const tenant of TENANTS) {
            const [was, is] = [servingPartition(before, tenant).name, servingPartition(after, tenant).name];
            if (was !== is) expect(is).toBe(nextPartition(before, tenant)?.name);
          }
        }
      }),
    );
  });

  it('write to the partition that serves the tenant after the build', () => {
    fc.assert(
      fc.property(fc.array(steps, { maxLength: 20 }), builds, (series, build) => {
        const before = layoutsOf(series).at(-1) ?? FIRST;
        const begun = applied(begin, before, build).layout;
        const nexts = TENANTS.map((tenant) => nextPartition(begun, tenant)?.name);
        const finished = applied(finish, begun, build).layout;
        if (names(finished).join() === names(begun).join()) return;
        for (const [at, tenant] of TENANTS.entries())
          if (nexts[at]) expect(servingPartition(finished, tenant).name).toBe(nexts[at]);
      }),
    );
  });

  it('are idempotent', () => {
    fc.assert(
      fc.property(fc.array(steps, { maxLength: 20 }), steps, (series, [step, build]) => {
        const once = applied(step, layoutsOf(series).at(-1) ?? FIRST, build).layout;
        expect(applied(step, once, build).layout).toEqual(once);
      }),
    );
  });

  it('leave the layout unchanged when abandoned', () => {
    fc.assert(
      fc.property(fc.array(steps, { maxLength: 20 }), builds, (series, build) => {
        const before = applied(abandon, layoutsOf(series).at(-1) ?? FIRST, build).layout;
        const after = abandon(applied(begin, before, build).layout, build).layout;
        expect(names(after)).toEqual(names(before));
        for (const tenant of TENANTS)
          expect(servingPartition(after, tenant).name).toBe(servingPartition(before, tenant).name);
      }),
    );
  });

  it('list every partition that may contain a document', () => {
    fc.assert(
      fc.property(fc.array(steps, { maxLength: 30 }), fc.constantFrom(...TENANTS), (series, tenant) => {
        for (const layout of layoutsOf(series)) {
          const places = partitionsOf(layout, tenant);
          expect(places[0]).toBe(servingPartition(layout, tenant));
          const next = nextPartition(layout, tenant);
          if (next) expect(places).toContain(next);
          expect(
            places.every((partition) => partition.tenant === undefined || partition.tenant === tenant),
          ).toBe(true);
        }
      }),
    );
  });
});

describe('a build', () => {
  it('clears a tenant’s leftovers in the shared partition before a move back, and after a move away', () => {
    const apart = finish(begin(FIRST, move(ALICE, 'own')).layout, move(ALICE, 'own'));
    expect(apart.leftovers).toBe('after');
    expect(finish(apart.layout, move(ALICE, 'own')).leftovers).toBe('after');
    const returning = begin(apart.layout, move(ALICE, 'shared'));
    expect(returning.leftovers).toBe('before');
    expect(abandon(returning.layout, move(ALICE, 'shared')).leftovers).toBe('after');
    expect(finish(returning.layout, move(ALICE, 'shared'))).toEqual({ layout: FIRST_LATER });
  });

  it('that is running is continued, not restarted', () => {
    const apart = finish(begin(FIRST, move(ALICE, 'own')).layout, move(ALICE, 'own')).layout;
    const returning = begin(apart, move(ALICE, 'shared')).layout;
    expect(begin(returning, move(ALICE, 'shared'))).toEqual({ layout: returning });
  });

  it('cannot be finished by another build, nor after it was abandoned', () => {
    const conflict = expect.objectContaining({ code: 'conflict' });
    const begun = begin(FIRST, SHARED).layout;
    expect(() => finish(begun, move(BOB, 'own'))).toThrow(conflict);
    const done = finish(begun, SHARED).layout;
    const abandoned = abandon(begin(done, SHARED).layout, SHARED).layout;
    expect(() => finish(abandoned, SHARED)).toThrow(conflict);
    expect(() => begin(FIRST, move(BOB, 'shared'))).toThrow(conflict);
  });
});

/** The first layout after another partition was added and removed. */
const FIRST_LATER: PartitionLayout = { ...FIRST, last: 2 };
