import type { KeyId, TenantId } from '#shared/kernel/ids.ts';
import { type ApiKey, keyState } from './api-key.ts';
import { releaseKey } from './release-key.ts';
import type { TenantStore } from './tenant-store.ts';
import type { UsagePlans } from './usage-plans.ts';

interface Ports {
  tenants: Pick<TenantStore, 'listKeys' | 'releaseKey'>;
  usagePlans: Pick<UsagePlans, 'all' | 'addedAt' | 'remove'>;
  /** Logs a key that could not be removed. */
  report: (key: { tenant_id: TenantId; key_id: KeyId }, error: unknown) => void;
  /** Seconds after which no further key is begun: the next run starts again. */
  budgetSeconds: number;
  now?: () => Date;
}

/** A key is added to API Gateway seconds before it is stored. Milliseconds. */
const MIN_AGE = 3_600_000;

/**
 * Removes keys from API Gateway that have no valid record: those that a crash left before the record was stored, and those
 * that ended and are not in the index of ends, as keys from before the index are. A key that fails does not stop the others.
 */
export const sweepGatewayKeys =
  ({ tenants, usagePlans, report, budgetSeconds, now = () => new Date() }: Ports) =>
  async (): Promise<{ removed: number; failed: number }> => {
    const release = releaseKey({ tenants, usagePlans });
    const start = now();
    const recordsOf = remembered((tenant: TenantId) => tenants.listKeys(tenant));
    const result = { removed: 0, failed: 0 };

    async function sweep(tenant: TenantId, key: KeyId, gatewayKeyId: string): Promise<boolean> {
      const record = (await recordsOf(tenant)).find(({ key_id }) => key_id === key);
      if (record && keyState(record, start.toISOString()) === 'active') return false;
      if (record) {
        await release(record);
        return true;
      }
      const addedAt = await usagePlans.addedAt(gatewayKeyId);
      if (!addedAt || start.getTime() - addedAt.getTime() < MIN_AGE) return false;
      await usagePlans.remove(tenant, gatewayKeyId);
      return true;
    }

    for await (const { tenant, key, gatewayKeyId } of usagePlans.all()) {
      if (now().getTime() - start.getTime() >= budgetSeconds * 1000) break;
      try {
        if (await sweep(tenant, key, gatewayKeyId)) result.removed += 1;
      } catch (error) {
        result.failed += 1;
        report({ tenant_id: tenant, key_id: key }, error);
      }
    }
    return result;
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
