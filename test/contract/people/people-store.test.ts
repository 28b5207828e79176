import { describe, expect, it } from 'vitest';
import type { MemberRole } from '#shared/kernel/access.ts';
import { newJobId, type TenantId, tenantId } from '#shared/kernel/ids.ts';
import { dynamoPeopleStore } from '#shared/people/dynamodb-people-store.ts';
import type { PeopleStore } from '#shared/people/people-store.ts';
import { type Person, userIdFor } from '#shared/people/person.ts';
import { dynamoTenantStore } from '#shared/tenants/dynamodb-tenant-store.ts';
import type { TenantStore } from '#shared/tenants/tenant-store.ts';
import { addActiveTenant } from '../../fixtures/active-tenant.ts';
import { memoryPeopleStore } from '../../memory/people-store.ts';
import { memoryTenantStore } from '../../memory/tenant-store.ts';
import { newTable, uniqueName } from '../emulator.ts';

interface Stores {
  people: PeopleStore;
  tenants: TenantStore;
}
const kinds: [string, () => Promise<Stores>][] = [
  [
    'in memory',
    async () => {
      const tenants = memoryTenantStore();
      return { tenants, people: memoryPeopleStore(tenants) };
    },
  ],
  [
    'in DynamoDB',
    async () => {
      const table = await newTable('tenants');
      return { tenants: dynamoTenantStore(table), people: dynamoPeopleStore(table) };
    },
  ],
];

async function newTenant(tenants: TenantStore): Promise<TenantId> {
  const tenant = tenantId(uniqueName('tenant'));
  await addActiveTenant(tenants, tenant);
  return tenant;
}

const inviting = (tenant: TenantId, name: string, role: MemberRole = 'Admin'): Person => ({
  ...{ user_id: userIdFor(tenant, `${name}@a.test`), tenant_id: tenant, email: `${name}@a.test`, role },
  ...{ state: 'inviting', created_at: '2026-11-02T00:00:00.000Z', repeat_key: 'r', name },
  invited_by: { kind: 'key', subject: 'key_1' },
});

async function active({ people }: Stores, tenant: TenantId, name: string, role: MemberRole = 'Admin') {
  await people.add(tenant, inviting(tenant, name, role), 100);
  const person = await people.confirm(tenant, userIdFor(tenant, `${name}@a.test`), `sub-${name}`);
  if (!person) throw new Error('not confirmed');
  return person;
}

const LAST = { code: 'conflict', message: expect.stringContaining('last Admin') };

describe.each(kinds)('people %s', (_, open) => {
  it('are added once, and read by their tenant alone', async () => {
    const { people, tenants } = await open();
    const [tenant, other] = [await newTenant(tenants), await newTenant(tenants)];
    const person = inviting(tenant, 'ada');
    expect(await people.add(tenant, person, 100)).toBe('added');
    expect(await people.add(tenant, { ...person, role: 'Viewer' }, 100)).toBe('exists');
    expect(await people.get(tenant, person.user_id)).toEqual(person);
    expect(await people.get(other, person.user_id)).toBeUndefined();
    expect(await people.confirm(other, person.user_id, 'sub')).toBeUndefined();
    expect(await people.change(other, person.user_id, { role: 'Viewer' })).toBeUndefined();
    expect(await people.remove(other, person.user_id)).toBe(false);
    await people.erase(other, person.user_id);
    expect((await people.list(other, { limit: 10 })).items).toEqual([]);
    expect(await people.get(tenant, person.user_id)).toEqual(person);
  });

  it('are at most so many, in races too; a removed one frees its place', async () => {
    const { people, tenants } = await open();
    const tenant = await newTenant(tenants);
    const outcomes = await Promise.all(
      ['a', 'b', 'c', 'd', 'e'].map((name) => people.add(tenant, inviting(tenant, name), 3)),
    );
    expect(outcomes.toSorted()).toEqual(['added', 'added', 'added', 'full', 'full']);
    const [first] = (await people.list(tenant, { limit: 1 })).items;
    expect(first && (await people.remove(tenant, first.user_id))).toBe(true);
    expect(first && (await people.remove(tenant, first.user_id))).toBe(false);
    expect(await people.add(tenant, inviting(tenant, 'f'), 3)).toBe('added');
    expect(await people.add(tenant, inviting(tenant, 'g'), 3)).toBe('full');
  });

  it('are listed in pages', async () => {
    const { people, tenants } = await open();
    const tenant = await newTenant(tenants);
    const all = ['a', 'b', 'c', 'd', 'e'].map((name) => inviting(tenant, name));
    for (const person of all) await people.add(tenant, person, 10);
    const first = await people.list(tenant, { limit: 3 });
    const second = await people.list(tenant, { limit: 3, cursor: first.nextCursor });
    expect([first.items.length, second.items.length, second.nextCursor]).toEqual([3, 2, undefined]);
    const ids = [...first.items, ...second.items].map(({ user_id }) => user_id);
    expect(ids).toEqual(all.map(({ user_id }) => user_id).sort());
    const other = await newTenant(tenants);
    const foreign = people.list(other, { limit: 3, cursor: first.nextCursor });
    await expect(foreign).rejects.toMatchObject({ code: 'invalid_cursor' });
  });

  it('become active once', async () => {
    const stores = await open();
    const tenant = await newTenant(stores.tenants);
    const person = await active(stores, tenant, 'ada');
    expect(person).toEqual({ ...inviting(tenant, 'ada'), state: 'active', subject: 'sub-ada' });
    expect(await stores.people.get(tenant, person.user_id)).toEqual(person);
    expect(await stores.people.confirm(tenant, person.user_id, 'other')).toBeUndefined();
    expect(await stores.people.remove(tenant, person.user_id)).toBe(false);
  });

  it('change by role and state, but not while inviting', async () => {
    const stores = await open();
    const { people, tenants } = stores;
    const tenant = await newTenant(tenants);
    const person = await active(stores, tenant, 'ada', 'Viewer');
    const promoted = await people.change(tenant, person.user_id, { role: 'Uploader' });
    expect(promoted).toEqual({ before: person, after: { ...person, role: 'Uploader' } });
    await people.change(tenant, person.user_id, { state: 'disabled' });
    const expected = { ...person, role: 'Uploader', state: 'disabled' };
    expect(await people.get(tenant, person.user_id)).toEqual(expected);
    expect(await people.remove(tenant, person.user_id)).toBe(true);
    const pending = inviting(tenant, 'bob');
    await people.add(tenant, pending, 10);
    expect(await people.change(tenant, pending.user_id, { state: 'active' })).toBeUndefined();
    expect(await people.get(tenant, pending.user_id)).toEqual(pending);
  });

  it.each([{ role: 'Viewer' as const }, { state: 'disabled' as const }])(
    'keep the last Admin from %o',
    async (change) => {
      const stores = await open();
      const { people, tenants } = stores;
      const tenant = await newTenant(tenants);
      const ada = await active(stores, tenant, 'ada');
      await active(stores, tenant, 'viewer', 'Viewer');
      await people.add(tenant, inviting(tenant, 'pending'), 100);
      await expect(people.change(tenant, ada.user_id, change)).rejects.toMatchObject(LAST);
      expect(await people.get(tenant, ada.user_id)).toEqual(ada);
      const bob = await active(stores, tenant, 'bob');
      await people.change(tenant, ada.user_id, change);
      await expect(people.change(tenant, bob.user_id, change)).rejects.toMatchObject(LAST);
      await people.change(tenant, ada.user_id, { role: 'Admin', state: 'active' });
      expect((await people.change(tenant, bob.user_id, change))?.after).toMatchObject(change);
    },
  );

  it('keep one Admin when all are demoted at once', async () => {
    const stores = await open();
    const tenant = await newTenant(stores.tenants);
    const admins: Person[] = [];
    for (const name of ['a', 'b', 'c', 'd']) admins.push(await active(stores, tenant, name));
    const outcomes = await Promise.allSettled(
      admins.map(({ user_id }, at) =>
        stores.people.change(tenant, user_id, at % 2 ? { role: 'Viewer' } : { state: 'disabled' }),
      ),
    );
    const refused = outcomes.filter(({ status }) => status === 'rejected');
    expect(refused).toMatchObject([{ reason: LAST }]);
    const { items } = await stores.people.list(tenant, { limit: 10 });
    expect(items.filter(({ role, state }) => role === 'Admin' && state === 'active')).toHaveLength(1);
  });

  it('of a tenant that is being removed are neither added nor confirmed, and are erased', async () => {
    const stores = await open();
    const { people, tenants } = stores;
    const tenant = await newTenant(tenants);
    const ada = await active(stores, tenant, 'ada');
    const pending = inviting(tenant, 'pending', 'Viewer');
    await people.add(tenant, pending, 100);
    await tenants.beginPurge(tenant, newJobId());
    const conflict = { code: 'conflict' };
    await expect(people.add(tenant, inviting(tenant, 'new'), 100)).rejects.toMatchObject(conflict);
    await expect(people.confirm(tenant, pending.user_id, 'sub')).rejects.toMatchObject(conflict);
    for (const { user_id } of [ada, pending, ada]) await people.erase(tenant, user_id);
    expect((await people.list(tenant, { limit: 10 })).items).toEqual([]);
    await expect(people.confirm(tenant, pending.user_id, 'sub')).rejects.toMatchObject(conflict);
  });
});
