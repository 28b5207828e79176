import { eachWithin, type ScheduledRun } from '#shared/kernel/each-within.ts';
import type { TenantId } from '#shared/kernel/ids.ts';
import { type ApiKey, keyState } from './api-key.ts';
import { releaseKey } from './release-key.ts';
import type { TenantStore } from './tenant-store.ts';
import type { UsagePlans } from './usage-plans.ts';

interface Ports extends ScheduledRun<Pick<ApiKey, 'tenant_id' | 'key_id'>> {
  tenants: Pick<TenantStore, 'listKeys' | 'releaseKey'>;
  usagePlans: Pick<UsagePlans, 'all' | 'addedAt' | 'remove'>;
}

/** A key is added to API Gateway seconds before it is stored. Milliseconds. */
const MIN_AGE = 3_600_000;

/**
 * Removes keys from API Gateway that have no valid record: those that a crash left before the record was stored, and those
 * that ended and are not in the index of ends, as keys from before the index are.
 */
export const sweepGatewayKeys =
  ({ tenants, usagePlans, ...run }: Ports) =>
  (): Promise<{ removed: number; failed: number }> => {
    const release = releaseKey({ tenants, usagePlans });
    const recordsOf = remembered((tenant: TenantId) => tenants.listKeys(tenant));
    return eachWithin(
      run,
      () => usagePlans.all(),
      async ({ tenant_id, key_id, gatewayKeyId }, start) => {
        const record = (await recordsOf(tenant_id)).find((each) => each.key_id === key_id);
        if (record && keyState(record, start.toISOString()) === 'active') return false;
        if (record) {
          await release(record);
          return true;
        }
        const addedAt = await usagePlans.addedAt(gatewayKeyId);
        if (!addedAt || start.getTime() - addedAt.getTime() < MIN_AGE) return false;
        await usagePlans.remove(tenant_id, gatewayKeyId);
        return true;
      },
    );
  };

/** Reads the records of each tenant once: keys of all tenants come mixed. */
function remembered(list: (tenant: TenantId) => Promise<ApiKey[]>) {
  const known = new Map<TenantId, Promise<ApiKey[]>>();
  return (tenant: TenantId): Promise<ApiKey[]> => {
    const records = known.get(tenant) ?? list(tenant);
    known.set(tenant, records);
    return records;
  };
}
