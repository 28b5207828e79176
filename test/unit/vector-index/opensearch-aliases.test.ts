import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { tenantId } from '#shared/kernel/ids.ts';
import {
  aliasActions,
  aliasesOf,
  modelOf,
  orphansOf,
  readLayout,
  writeAlias,
} from '#shared/vector-index/opensearch-aliases.ts';
import type { Layout, Space } from '#shared/vector-index/partitions.ts';

const ALICE = tenantId('alice');
const shared = (number: number, ...roles: Space['roles']): Space => ({
  name: `images-m-00000${number}`,
  tenant: undefined,
  roles,
});
const own = (number: number, ...roles: Space['roles']): Space => ({
  name: `images-m-00000${number}.own.alice`,
  tenant: ALICE,
  roles,
});
const layout = (...spaces: Space[]): Layout => ({
  model: 'm',
  last: Math.max(...spaces.map(({ name }) => Number(name.slice(9, 15)))),
  spaces,
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

/** The answer of `GET _alias`, and what a series of actions makes of it. */
type Indices = Record<string, { aliases: Record<string, object> }>;
const indicesOf = (from: Layout): Indices =>
  Object.fromEntries(from.spaces.map((space) => [space.name, { aliases: aliasesOf(from, space) }]));

describe('the aliases of OpenSearch', () => {
  it('give back the spaces that they were made of', () => {
    for (const each of LAYOUTS) expect(readLayout('m', indicesOf(each))).toEqual(each);
  });

  it('pass over indices of other models, and count those without a role', () => {
    const others: Indices = {
      'images-m-b-000009': { aliases: { 'images-m-b': {} } },
      'images-m-000007': { aliases: {} },
      'images-m-kept': { aliases: {} },
    };
    const [first] = LAYOUTS;
    const read = readLayout('m', { ...others, ...indicesOf(first ?? layout()) });
    expect(read).toEqual({ ...first, last: 7 });
    expect(orphansOf('m', others)).toEqual(['images-m-000007']);
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
        const there = after.spaces.filter(({ name }) => name in indices);
        for (const space of there) expect(indices[space.name]?.aliases).toEqual(aliasesOf(after, space));
        const gone = before.spaces.filter(({ name }) => !after.spaces.some((space) => space.name === name));
        for (const { name } of gone) expect(indices[name]?.aliases).toEqual({});
        expect(aliasActions(before, before)).toEqual([]);
      }),
    );
  });

  it('let writes through to one index, and hide in the shared one who has an index of their own', () => {
    for (const each of LAYOUTS) {
      const aliases = each.spaces.map((space) => aliasesOf(each, space));
      const writable = aliases.filter((of) => JSON.stringify(of['images-m'])?.includes('true'));
      expect(writable).toHaveLength(1);
      const hidden = JSON.stringify(writable).includes(ALICE);
      expect(hidden).toBe(each.spaces.some(({ tenant, roles }) => tenant && roles.includes('serving')));
      const targets = each.spaces.map((space) => writeAlias(each, space));
      for (const [at, target] of targets.entries()) expect(aliases[at]).toHaveProperty([target]);
      expect(new Set(targets).size).toBe(targets.length);
    }
  });

  it('tell a model by the alias of what serves alone', () => {
    expect(modelOf('images-a-model')).toBe('a-model');
    for (const other of ['images-m.next', 'images-m.of.alice', 'images-m.built'])
      expect(modelOf(other)).toBeUndefined();
  });
});
