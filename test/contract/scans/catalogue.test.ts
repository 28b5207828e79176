import { beforeAll, describe, expect, it } from 'vitest';
import { newImageId, newJobId, newStorageId } from '#shared/kernel/ids.ts';
import type { Catalogue, CatalogueEntry } from '#shared/scans/catalogue.ts';
import { compareKeys } from '#shared/scans/compare-objects.ts';
import { dynamoCatalogue, dynamoCatalogueData } from '#shared/scans/dynamodb-catalogue.ts';
import { memoryCatalogue } from '../../memory/catalogue.ts';
import { newTable } from '../emulator.ts';
import { newTenant } from '../samples.ts';

const newCatalogueTable = () => newTable('catalogue', [['by_queued', 'gsi_queued', 'gsi_queued_at']]);

const entry = (key: string, fields: Partial<CatalogueEntry> = {}): CatalogueEntry => ({
  ...{ key, size: 3, changeToken: '"1"', state: 'indexed', revision: 0 },
  ...fields,
});
const added = (after: CatalogueEntry) => ({ before: undefined, after });
const all = async <Item>(items: AsyncIterable<Item>): Promise<Item[]> => {
  const found: Item[] = [];
  for await (const item of items) found.push(item);
  return found;
};

describe.each([
  ['memory', async (): Promise<Catalogue> => memoryCatalogue()],
  ['DynamoDB', async () => dynamoCatalogue(await newCatalogueTable())],
])('a catalogue in %s', (_, open) => {
  let catalogue: Catalogue;
  beforeAll(async () => {
    catalogue = await open();
  });
  const newLocation = () => ({ tenant: newTenant(), storage: newStorageId(), job: newJobId() });

  it('keeps all fields of an entry', async () => {
    const { tenant, storage, job } = newLocation();
    const full = entry('a', {
      ...{ state: 'queued', image: newImageId(), pending: newImageId(), job, as: 'changed' },
      ...{ before: { size: 1, changeToken: '"0"', state: 'failed' }, replaced: [newImageId()] },
      ...{ failure: 'truncated', unread: true, rereads: 2, seen: 4 },
      ...{ absentSince: 3, missingSince: '2026-11-29T00:00:00.000Z' },
    });
    expect(await catalogue.write(tenant, storage, [added(full)])).toEqual([true]);
    expect((await catalogue.get(tenant, storage, ['a', 'b'])).get('a')).toEqual({ ...full, revision: 1 });
  });

  it('writes an entry only as it was read, and the others all the same', async () => {
    const { tenant, storage } = newLocation();
    expect(await catalogue.write(tenant, storage, [added(entry('a')), added(entry('b'))])).toEqual([
      true,
      true,
    ]);
    const known = await catalogue.get(tenant, storage, ['a', 'b']);
    const [a, b] = [known.get('a'), known.get('b')];
    expect(await catalogue.write(tenant, storage, [{ before: a, after: entry('a', { size: 4 }) }])).toEqual([
      true,
    ]);
    expect(
      await catalogue.write(tenant, storage, [
        { before: a, after: entry('a', { size: 5 }) },
        { before: b, after: undefined },
        added(entry('c')),
      ]),
    ).toEqual([false, true, true]);
    const after = await all(catalogue.range(tenant, storage, {}));
    expect(after.map(({ key, size, revision }) => [key, size, revision])).toEqual([
      ['a', 4, 2],
      ['c', 3, 1],
    ]);
    expect(await catalogue.write(tenant, storage, [added(entry('a'))])).toEqual([false]);
  });

  it('lists ranges in the order of UTF-8 bytes, with keys of any form', async () => {
    const { tenant, storage } = newLocation();
    const keys = [
      'a',
      'a b+c',
      'a//b',
      'a/',
      'Z',
      'é',
      'ｆ',
      '😀',
      '\u{10FFFF}',
      'x'.repeat(1_024),
      '%2F',
      '#',
    ];
    await catalogue.write(
      tenant,
      storage,
      keys.map((key) => added(entry(key))),
    );
    const sorted = [...keys].sort(compareKeys);
    const keysIn = async (range: { after?: string; to?: string }) =>
      (await all(catalogue.range(tenant, storage, range))).map(({ key }) => key);
    expect(await keysIn({})).toEqual(sorted);
    expect(await keysIn({ after: 'a', to: 'é' })).toEqual(
      sorted.filter((key) => compareKeys(key, 'a') > 0 && compareKeys(key, 'é') <= 0),
    );
    expect(await keysIn({ after: 'ｆ' })).toEqual(sorted.slice(sorted.indexOf('ｆ') + 1));
    expect(await keysIn({ to: 'Z' })).toEqual(sorted.slice(0, sorted.indexOf('Z') + 1));
  });

  it('writes many at once', async () => {
    const { tenant, storage } = newLocation();
    const keys = Array.from({ length: 250 }, (_each, i) => String(i).padStart(4, '0'));
    await catalogue.write(tenant, storage, [added(entry('0120'))]);
    const written = await catalogue.write(
      tenant,
      storage,
      keys.map((key) => added(entry(key))),
    );
    expect(written.filter((each) => !each)).toHaveLength(1);
    expect(await all(catalogue.range(tenant, storage, {}))).toHaveLength(250);
  });

  it('knows what is queued, by job and in all', async () => {
    const { tenant, storage, job } = newLocation();
    const image = newImageId();
    const queued = (key: string, fields: Partial<CatalogueEntry>) =>
      added(entry(key, { state: 'queued', pending: newImageId(), ...fields }));
    await catalogue.write(tenant, storage, [
      queued('a', { job, pending: image }),
      queued('b', { job: newJobId() }),
    ]);
    await catalogue.write(tenant, newStorageId(), [queued('c', { job: newJobId() })]);
    expect(await all(catalogue.queued(tenant, job))).toEqual([{ storage, key: 'a', image }]);
    expect(await catalogue.countQueued(tenant)).toBe(3);
    const before = (await catalogue.get(tenant, storage, ['a'])).get('a');
    await catalogue.write(tenant, storage, [{ before, after: entry('a', { image }) }]);
    expect(await all(catalogue.queued(tenant, job))).toEqual([]);
    expect(await catalogue.countQueued(newTenant())).toBe(0);
  });

  it('counts what it settles, once', async () => {
    const { tenant, storage, job } = newLocation();
    expect(await catalogue.counts(tenant, job)).toEqual({});
    const changes = ['a', 'b'].map((key) => ({ ...added(entry(key)), counts: { indexed: 1 } }));
    await catalogue.settle(tenant, storage, job, changes);
    expect(
      await catalogue.settle(tenant, storage, job, [
        ...changes,
        { ...added(entry('c')), counts: { failed: 1 } },
      ]),
    ).toEqual([false, false, true]);
    expect(await catalogue.counts(tenant, job)).toEqual({ indexed: 2, failed: 1 });
    expect(await catalogue.counts(newTenant(), job)).toEqual({});
  });

  it('notes what has changed, each object once, and forgets a note as it was read', async () => {
    const { tenant, storage } = newLocation();
    for (const key of ['b', 'a', 'é', 'b']) await catalogue.noteChanged(tenant, storage, key);
    const notes = await catalogue.changed(tenant, storage, 10);
    expect(notes.map(({ key }) => key)).toEqual(['a', 'b', 'é']);
    expect(await catalogue.changed(tenant, storage, 2)).toEqual(notes.slice(0, 2));
    expect(await catalogue.changed(tenant, newStorageId(), 10)).toEqual([]);
    expect(await catalogue.changed(newTenant(), storage, 10)).toEqual([]);
    await catalogue.noteChanged(tenant, storage, 'b');
    await catalogue.forgetChanged(tenant, storage, notes);
    await catalogue.forgetChanged(tenant, storage, notes);
    expect((await catalogue.changed(tenant, storage, 10)).map(({ key }) => key)).toEqual(['b']);
    expect(await all(catalogue.range(tenant, storage, {}))).toEqual([]);
    expect(await catalogue.removeSome(tenant, storage)).toBe(1);
    expect(await catalogue.changed(tenant, storage, 10)).toEqual([]);
  });

  it('forgets a location', async () => {
    const { tenant, storage } = newLocation();
    const other = newStorageId();
    await catalogue.write(tenant, storage, [added(entry('a')), added(entry('b'))]);
    await catalogue.write(tenant, other, [added(entry('a'))]);
    expect(await catalogue.removeSome(tenant, storage)).toBe(2);
    expect(await catalogue.removeSome(tenant, storage)).toBe(0);
    expect(await all(catalogue.range(tenant, other, {}))).toHaveLength(1);
  });
});

describe('the catalogue of a tenant that is removed', () => {
  it('is empty afterwards, in all of its locations', async () => {
    const options = await newCatalogueTable();
    const [catalogue, data] = [dynamoCatalogue(options), dynamoCatalogueData(options)];
    const [tenant, other] = [newTenant(), newTenant()];
    const job = newJobId();
    for (const storage of [newStorageId(), newStorageId()])
      await catalogue.settle(tenant, storage, job, [{ ...added(entry('a')), counts: { indexed: 1 } }]);
    await catalogue.noteChanged(tenant, newStorageId(), 'a'); // of a location without entries
    await catalogue.write(other, newStorageId(), [added(entry('a'))]);
    expect(await data.count(tenant)).toBeGreaterThan(0);
    for (let i = 0; i < 10; i += 1) await data.removeSome(tenant);
    expect([await data.count(tenant), await data.removeSome(tenant)]).toEqual([0, 0]);
    expect(await catalogue.counts(tenant, job)).toEqual({});
    expect(await data.count(other)).toBeGreaterThan(0);
  });
});
