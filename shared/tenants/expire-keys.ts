import { eachWithin, type ScheduledRun } from '#shared/kernel/each-within.ts';
import type { ApiKey } from './api-key.ts';
import { releaseKey } from './release-key.ts';
import type { TenantStore } from './tenant-store.ts';
import type { UsagePlans } from './usage-plans.ts';

interface Ports extends ScheduledRun<Pick<ApiKey, 'tenant_id' | 'key_id'>> {
  tenants: Pick<TenantStore, 'endedKeys' | 'releaseKey'>;
  usagePlans: Pick<UsagePlans, 'remove'>;
}

/** Removes the expired, rotated and revoked keys of all tenants from API Gateway and frees their places. */
export const expireKeys =
  ({ tenants, usagePlans, ...run }: Ports) =>
  (): Promise<{ removed: number; failed: number }> => {
    const release = releaseKey({ tenants, usagePlans });
    return eachWithin(
      run,
      (start) => tenants.endedKeys(start.toISOString()),
      async (key) => {
        await release(key);
        return true;
      },
    );
  };
