import type { ApiKey } from './api-key.ts';
import { releaseKey } from './release-key.ts';
import type { TenantStore } from './tenant-store.ts';
import type { UsagePlans } from './usage-plans.ts';

interface Ports {
  tenants: Pick<TenantStore, 'endedKeys' | 'releaseKey'>;
  usagePlans: Pick<UsagePlans, 'remove'>;
  /** Logs a key that could not be removed. */
  report: (key: ApiKey, error: unknown) => void;
  /** Seconds after which no further key is begun: the next run continues. */
  budgetSeconds: number;
  now?: () => Date;
}

/**
 * Removes the expired, rotated and revoked keys of all tenants from API Gateway and frees their places. A key that fails
 * is left for the next run and does not stop the others.
 */
export const expireKeys =
  ({ tenants, usagePlans, report, budgetSeconds, now = () => new Date() }: Ports) =>
  async (): Promise<{ removed: number; failed: number }> => {
    const release = releaseKey({ tenants, usagePlans });
    const start = now();
    const result = { removed: 0, failed: 0 };
    for await (const key of tenants.endedKeys(start.toISOString())) {
      if (now().getTime() - start.getTime() >= budgetSeconds * 1000) break;
      try {
        await release(key);
        result.removed += 1;
      } catch (error) {
        result.failed += 1;
        report(key, error);
      }
    }
    return result;
  };
