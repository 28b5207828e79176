import { eachWithin, type ScheduledRun } from '#shared/kernel/each-within.ts';
import { Problem } from '#shared/kernel/problems.ts';
import { nextScanAt } from '#shared/storages/next-scan.ts';
import type { StorageLocation } from '#shared/storages/storage-location.ts';
import type { StorageStore } from '#shared/storages/storage-store.ts';
import type { TenantStore } from '#shared/tenants/tenant-store.ts';
import type { startScan } from './start-scan.ts';

type Due = Pick<StorageLocation, 'tenant_id' | 'storage_id'>;
interface Ports extends ScheduledRun<Due> {
  storages: Pick<StorageStore, 'get' | 'change' | 'due'>;
  tenants: Pick<TenantStore, 'get'>;
  start: ReturnType<typeof startScan>;
}

/** Starts the scans of the locations that are due, and chooses when each is due again: a scan that fails is not repeated before. */
export const startDueScans = (ports: Ports) => (): Promise<{ removed: number; failed: number }> =>
  eachWithin(
    ports,
    (start) => ports.storages.due(start.toISOString()),
    async ({ tenant_id, storage_id }, start) => {
      const { storages, tenants } = ports;
      const [location, owner] = await Promise.all([
        storages.get(tenant_id, storage_id),
        tenants.get(tenant_id),
      ]);
      if (!location?.schedule || owner?.state !== 'active') return false;
      const next_scan_at = nextScanAt(storage_id, location.schedule, start);
      try {
        await ports.start(tenant_id, { storage_id, recursive: true });
      } catch (error) {
        // Another scan is at work: the next one is due later.
        if (!(error instanceof Problem && error.code === 'conflict')) throw error;
      }
      await storages.change(tenant_id, storage_id, { next_scan_at });
      return true;
    },
  );
