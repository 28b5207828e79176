import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { tenantId } from '#shared/kernel/ids.ts';
import {
  aliasActions,
  aliasesOf,
  modelOf,
  orphanedIndices,
  readLayout,
  writeAlias,
} from '#shared/vector-index/opensearch-aliases.ts';
import type { Partition, PartitionLayout } from '#shared/vector-index/partitions.ts';

const ALICE = tenantId('alice');
const shared = (number: number, ...roles: Partition['roles']): Partition => ({
  name: `images-m-00000${number}`,
  tenant: undefined,
  roles,
});
const own = (number: number, ...roles: Partition['roles']): Partition => ({
  name: `images-m-00000${number}.own.alice`,
  tenant: ALICE,
  roles,
});
const layout = (...partitions: Partition[]): PartitionLayout => ({
  model: 'm',
  last: Math.max(...partitions.map(({ name }) => Number(name.slice(9, 15)))),
  partitions,
});
const LAYOUTS = [
  layout(shared(1, 'serving')),
  layout(shared(1, 'serving'), shared(2, 'next')),
  layout(shared(2, 'serving', 'built')),
  layout(shared(2, 'serving'), own(3, 'next')),
  layout(shared(2, 'serving'), own(3, 'serving', 'built')),
  layout(shared(2, 'serving'), own(3, 'serving', 'returning')),
  layout(shared(2, 'serving'), own(3, 'serving'), own(4, 'next')),
];

/** The response to `GET _alias`. */
type Indices = Record<string, { aliases: Record<string, object> }>;
const indicesOf = (from: PartitionLayout): Indices =>
  Object.fromEntries(
    from.partitions.map((partition) => [partition.name, { aliases: aliasesOf(from, partition) }]),
  );

describe('the aliases of OpenSearch', () => {
  it('represent a layout without loss', () => {
    for (const each of LAYOUTS) expect(readLayout('m', indicesOf(each))).toEqual(each);
  });

  it('ignore indices of other models, and count the numbers of those without a role', () => {
    const others: Indices = {
      'images-m-b-000009': { aliases: { 'images-m-b': {} } },
      'images-m-000007': { aliases: {} },
      'images-m-kept': { aliases: {} },
    };
    const [first] = LAYOUTS;
    const read = readLayout('m', { ...others, ...indicesOf(first ?? layout()) });
    expect(read).toEqual({ ...first, last: 7 });
    expect(orphanedIndices('m', others)).toEqual(['images-m-000007']);
  });

  it('change from any layout to any other by the actions', () => {
    fc.assert(
      fc.property(fc.constantFrom(...LAYOUTS), fc.constantFrom(...LAYOUTS), (before, after) => {
        const indices = indicesOf(before);
        for (const action of aliasActions(before, after)) {
          const { index, alias, ...how } = 'add' in action ? action.add : action.remove;
          const aliases = indices[index]?.aliases ?? {};
          if ('add' in action) aliases[alias] = how;
          else delete aliases[alias];
        }
        const there = after.partitions.filter(({ name }) => name in indices);
        for (const partition of there)
          expect(indices[partition.name]?.aliases).toEqual(aliasesOf(after, partition));
        const gone = before.partitions.filter(
          ({ name }) => !after.partitions.some((partition) => partition.name === name),
        );
        for (const { name } of gone) expect(indices[name]?.aliases).toEqual({});
        expect(aliasActions(before, before)).toEqual([]);
      }),
    );
  });

  it('have one write index, and hide tenants with their own index in the shared one', () => {
    for (const each of LAYOUTS) {
      const aliases = each.partitions.map((partition) => aliasesOf(each, partition));
      const writable = aliases.filter((of) => JSON.stringify(of['images-m'])?.includes('true'));
      expect(writable).toHaveLength(1);
      const hidden = JSON.stringify(writable).includes(ALICE);
      expect(hidden).toBe(each.partitions.some(({ tenant, roles }) => tenant && roles.includes('serving')));
      const targets = each.partitions.map((partition) => writeAlias(each, partition));
      for (const [at, target] of targets.entries()) expect(aliases[at]).toHaveProperty([target]);
      expect(new Set(targets).size).toBe(targets.length);
    }
  });

  it('name the model in the serving alias only', () => {
    expect(modelOf('images-a-model')).toBe('a-model');
    for (const other of ['images-m.next', 'images-m.of.alice', 'images-m.built'])
      expect(modelOf(other)).toBeUndefined();
  });
});
