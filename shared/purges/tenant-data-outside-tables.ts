import { type Blobs, FOLDERS, type Folder } from '#shared/blobs/blobs.ts';
import { type AccountPorts, closeAccount } from '#shared/people/close-account.ts';
import type { PeopleStore } from '#shared/people/people-store.ts';
import type { SecretStore } from '#shared/secrets/secret-store.ts';
import type { EventBuses } from '#shared/storages/bucket-events.ts';
import type { UsagePlans } from '#shared/tenants/usage-plans.ts';
import type { VectorIndex } from '#shared/vector-index/vector-index.ts';
import type { TenantData } from './tenant-data.ts';

interface Ports {
  usagePlans: Pick<UsagePlans, 'count' | 'remove'>;
  index: Pick<VectorIndex, 'models' | 'removeTenant' | 'count'>;
  blobs: Pick<Blobs, 'removeSome' | 'count'>;
  people: Pick<PeopleStore, 'list' | 'erase'>;
  accounts: AccountPorts;
  secrets: Pick<SecretStore, 'count' | 'removeSome'>;
  buses: Pick<EventBuses, 'count' | 'removeSome'>;
}

/** People that one call of `removeSome` removes: each takes five calls. */
const PEOPLE_SLICE = 20;

/** A tenant's data outside DynamoDB, in the order of removal. */
export const tenantDataOutsideTables = ({
  usagePlans,
  people,
  accounts,
  secrets,
  buses,
  index,
  blobs,
}: Ports): readonly TenantData[] => [
  gatewayKeys(usagePlans),
  busesOf(buses),
  secretsOf(secrets),
  accountsOf({ people, accounts }),
  vectors(index),
  ...FOLDERS.map((folder) => objects(blobs, folder)),
];

/** Found by name, so that a key which was created in the gateway for a tenant that never became active is removed, too. */
const gatewayKeys = (usagePlans: Ports['usagePlans']): TenantData => ({
  store: 'gateway_keys',
  removeSome: (tenant) => usagePlans.remove(tenant),
  count: (tenant) => usagePlans.count(tenant),
});

/** Found by name, so that a secret whose location or webhook was never stored is removed, too. */
const secretsOf = (secrets: Ports['secrets']): TenantData => ({
  store: 'secrets',
  removeSome: (tenant) => secrets.removeSome(tenant),
  count: (tenant) => secrets.count(tenant),
});

/** Found by name, as secrets are. */
const busesOf = (buses: Ports['buses']): TenantData => ({
  store: 'event_buses',
  removeSome: (tenant) => buses.removeSome(tenant),
  count: (tenant) => buses.count(tenant),
});

/** The accounts that people sign in with, by their records, which go with them. */
const accountsOf = ({ people, accounts }: Pick<Ports, 'people' | 'accounts'>): TenantData => {
  const close = closeAccount(accounts);
  return {
    store: 'people',
    async removeSome(tenant) {
      const { items } = await people.list(tenant, { limit: PEOPLE_SLICE });
      for (const person of items) {
        await close(tenant, person);
        await people.erase(tenant, person.user_id);
      }
      return items.length;
    },
    async count(tenant) {
      return (await people.list(tenant, { limit: 1 })).items.length;
    },
  };
};

/** Vectors of all models: the tenant may have used others before. */
const vectors = (index: Ports['index']): TenantData => ({
  store: 'vectors',
  async removeSome(tenant) {
    for (const model of await index.models()) {
      const removed = await index.removeTenant(tenant, model);
      if (removed > 0) return removed;
    }
    return 0;
  },
  async count(tenant) {
    let count = 0;
    for (const model of await index.models()) count += await index.count(tenant, model);
    return count;
  },
});

const objects = (blobs: Ports['blobs'], folder: Folder): TenantData => ({
  store: folder,
  removeSome: (tenant) => blobs.removeSome(tenant, folder),
  count: (tenant) => blobs.count(tenant, folder),
});
