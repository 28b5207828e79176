import { type TenantId, USER_ID_PATTERN, type UserId } from '#shared/kernel/ids.ts';
import { changedPerson, lastAdmin, notActive } from '#shared/people/changed-person.ts';
import type { PeopleStore } from '#shared/people/people-store.ts';
import { isAdmin, type Person } from '#shared/people/person.ts';
import type { TenantStore } from '#shared/tenants/tenant-store.ts';
import { pageOf } from './page.ts';

/** People in memory, for tests. */
export function memoryPeopleStore(tenants: Pick<TenantStore, 'get'>): PeopleStore {
  const people = new Map<string, Person>();
  const keyOf = (tenant: TenantId, user: UserId) => JSON.stringify([tenant, user]);
  const of = (tenant: TenantId) => [...people.values()].filter(({ tenant_id }) => tenant_id === tenant);
  const checkActive = async (tenant: TenantId) => {
    if ((await tenants.get(tenant))?.state !== 'active') throw notActive(tenant);
  };
  const put = (person: Person) =>
    people.set(keyOf(person.tenant_id, person.user_id), structuredClone(person));

  return {
    async add(tenant, person, most) {
      if (people.has(keyOf(tenant, person.user_id))) return 'exists';
      await checkActive(tenant);
      if (of(tenant).length >= most) return 'full';
      put(person);
      return 'added';
    },
    async get(tenant, user) {
      return structuredClone(people.get(keyOf(tenant, user)));
    },
    async list(tenant, { cursor, limit }) {
      const list = ['people', tenant] as const;
      return pageOf(of(tenant), ({ user_id }) => user_id, list, USER_ID_PATTERN, cursor, limit, true);
    },
    async confirm(tenant, user, subject) {
      const before = people.get(keyOf(tenant, user));
      await checkActive(tenant);
      if (before?.state !== 'inviting') return undefined;
      const after: Person = { ...before, subject, state: 'active' };
      put(after);
      return structuredClone(after);
    },
    async change(tenant, user, change) {
      const before = people.get(keyOf(tenant, user));
      if (!before || before.state === 'inviting') return undefined;
      const after = changedPerson(before, change);
      if (isAdmin(before) && !isAdmin(after) && of(tenant).filter(isAdmin).length < 2)
        throw lastAdmin(before);
      put(after);
      return structuredClone({ before, after });
    },
    async remove(tenant, user) {
      const key = keyOf(tenant, user);
      return people.get(key)?.state !== 'active' && people.delete(key);
    },
    async erase(tenant, user) {
      people.delete(keyOf(tenant, user));
    },
  };
}
