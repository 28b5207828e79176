import { itemReader } from '#shared/aws/dynamodb-item.ts';
import { PERSON_PREFIX, personKey, profileKey, tenantPartition } from '#shared/aws/dynamodb-keys.ts';
import { readPage } from '#shared/aws/dynamodb-page.ts';
import { openTable, type TableOptions, type Write } from '#shared/aws/dynamodb-table.ts';
import { type TenantId, USER_ID_PATTERN, type UserId, userId } from '#shared/kernel/ids.ts';
import { Problem } from '#shared/kernel/problems.ts';
import { CONFLICT, retryOnConflict } from '#shared/kernel/retry-on-conflict.ts';
import { changedPerson, lastAdmin, notActive } from './changed-person.ts';
import type { PeopleStore } from './people-store.ts';
import { isAdmin, Person } from './person.ts';

const personOf = itemReader('tenants', Person);

/** Races of an administrator with others: few. */
const ATTEMPTS = 8;
const exhausted = () =>
  new Problem('dependency_unavailable', 'Others change the same person. Try again.', { retryAfter: 1 });

/** Stores people in the table `tenants`, and their numbers in the tenant's profile. */
export function dynamoPeopleStore(options: TableOptions): PeopleStore {
  const table = openTable(options);

  async function get(tenant: TenantId, user: UserId): Promise<Person | undefined> {
    const item = await table.get(personKey(tenant, user));
    return item && personOf(item);
  }

  async function isActive(tenant: TenantId): Promise<boolean> {
    return (await table.get(profileKey(tenant)))?.state === 'active';
  }

  /** Adds to a counter of an active tenant's profile. @param condition on the counter as it was */
  const count = (
    tenant: TenantId,
    counter: 'people' | 'admins',
    more: 1 | -1,
    condition?: { text: string; bound: number },
  ): Write => ({
    Update: {
      Key: profileKey(tenant),
      UpdateExpression: 'ADD #counter :more',
      ConditionExpression: condition ? `#state = :active AND (${condition.text})` : '#state = :active',
      ExpressionAttributeNames: { '#counter': counter, '#state': 'state' },
      ExpressionAttributeValues: {
        ':more': more,
        ':active': 'active',
        ...(condition && { ':bound': condition.bound }),
      },
    },
  });

  const isActiveCheck = (tenant: TenantId): Write => ({
    ConditionCheck: {
      Key: profileKey(tenant),
      ConditionExpression: '#state = :active',
      ExpressionAttributeNames: { '#state': 'state' },
      ExpressionAttributeValues: { ':active': 'active' },
    },
  });

  return {
    get,
    async add(tenant, person, most) {
      const added = await table.writeTogether([
        {
          Put: {
            Item: { ...personKey(tenant, person.user_id), ...person },
            ConditionExpression: 'attribute_not_exists(pk)',
          },
        },
        count(tenant, 'people', 1, {
          text: 'attribute_not_exists(#counter) OR #counter < :bound',
          bound: most,
        }),
      ]);
      if (added) return 'added';
      if (await get(tenant, person.user_id)) return 'exists';
      if (await isActive(tenant)) return 'full';
      throw notActive(tenant);
    },
    async list(tenant, query) {
      return readPage(
        table,
        {
          name: ['people', tenant],
          query: {
            KeyConditionExpression: 'pk = :pk AND begins_with(sk, :person)',
            ExpressionAttributeValues: { ':pk': tenantPartition(tenant), ':person': PERSON_PREFIX },
          },
          ascending: true,
          positionPattern: USER_ID_PATTERN,
          positionOf: ({ user_id }) => user_id,
          keyAt: (position) => personKey(tenant, userId(position)),
          entryOf: personOf,
        },
        query,
      );
    },
    async confirm(tenant, user, subject) {
      const before = await get(tenant, user);
      if (before?.state !== 'inviting') {
        if (await isActive(tenant)) return undefined;
        throw notActive(tenant);
      }
      const after: Person = { ...before, subject, state: 'active' };
      const confirmed = await table.writeTogether([
        {
          Update: {
            Key: personKey(tenant, user),
            UpdateExpression: 'SET #state = :active, subject = :subject',
            ConditionExpression: '#state = :inviting AND #role = :role',
            ExpressionAttributeNames: { '#state': 'state', '#role': 'role' },
            ExpressionAttributeValues: {
              ':active': 'active',
              ':inviting': 'inviting',
              ':role': before.role,
              ':subject': subject,
            },
          },
        },
        isAdmin(after) ? count(tenant, 'admins', 1) : isActiveCheck(tenant),
      ]);
      if (confirmed) return after;
      if (await isActive(tenant)) return undefined;
      throw notActive(tenant);
    },
    async change(tenant, user, change) {
      return retryOnConflict({ attempts: ATTEMPTS, exhausted }, async () => {
        const before = await get(tenant, user);
        if (!before || before.state === 'inviting') return undefined;
        const after = changedPerson(before, change);
        const written = await table.writeTogether([
          {
            Update: {
              Key: personKey(tenant, user),
              UpdateExpression: 'SET #state = :state, #role = :role',
              ConditionExpression: '#state = :was_state AND #role = :was_role',
              ExpressionAttributeNames: { '#state': 'state', '#role': 'role' },
              ExpressionAttributeValues: {
                ':state': after.state,
                ':role': after.role,
                ':was_state': before.state,
                ':was_role': before.role,
              },
            },
          },
          ...counted(tenant, before, after),
        ]);
        if (written) return { before, after };
        const now = await get(tenant, user);
        if (now?.state !== before.state || now.role !== before.role) return CONFLICT;
        if (!(await isActive(tenant))) throw notActive(tenant);
        if (isAdmin(before) && !isAdmin(after)) throw lastAdmin(before);
        return CONFLICT;
      });
    },
    async remove(tenant, user) {
      return table.writeTogether([
        {
          Delete: {
            Key: personKey(tenant, user),
            ConditionExpression: '#state IN (:inviting, :disabled)',
            ExpressionAttributeNames: { '#state': 'state' },
            ExpressionAttributeValues: { ':inviting': 'inviting', ':disabled': 'disabled' },
          },
        },
        count(tenant, 'people', -1),
      ]);
    },
    async erase(tenant, user) {
      await table.remove(personKey(tenant, user));
    },
  };

  /** Returns the change of the number of Admins, which stays above 0. */
  function counted(tenant: TenantId, before: Person, after: Person): Write[] {
    if (isAdmin(before) === isAdmin(after)) return [];
    return isAdmin(after)
      ? [count(tenant, 'admins', 1)]
      : [count(tenant, 'admins', -1, { text: '#counter > :bound', bound: 1 })];
  }
}
