import { type Blobs, FOLDERS, type Folder } from '#shared/blobs/blobs.ts';
import type { UsagePlans } from '#shared/tenants/usage-plans.ts';
import type { VectorIndex } from '#shared/vector-index/vector-index.ts';
import type { TenantData } from './tenant-data.ts';

interface Ports {
  usagePlans: Pick<UsagePlans, 'count' | 'remove'>;
  index: Pick<VectorIndex, 'models' | 'removeTenant' | 'count'>;
  blobs: Pick<Blobs, 'removeSome' | 'count'>;
}

/** A tenant's data outside DynamoDB, in the order of removal. */
export const tenantDataOutsideTables = ({ usagePlans, index, blobs }: Ports): readonly TenantData[] => [
  gatewayKeys(usagePlans),
  vectors(index),
  ...FOLDERS.map((folder) => objects(blobs, folder)),
];

/** Found by name, so that a key which was created in the gateway for a tenant that never became active is removed, too. */
const gatewayKeys = (usagePlans: Ports['usagePlans']): TenantData => ({
  store: 'gateway_keys',
  removeSome: (tenant) => usagePlans.remove(tenant),
  count: (tenant) => usagePlans.count(tenant),
});

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
