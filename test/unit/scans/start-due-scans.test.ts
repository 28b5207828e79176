import { describe, expect, it } from 'vitest';
import { newStorageId, tenantId } from '#shared/kernel/ids.ts';
import { Problem } from '#shared/kernel/problems.ts';
import { startDueScans } from '#shared/scans/start-due-scans.ts';
import type { ScanRequest } from '#shared/scans/start-scan.ts';
import { storageLocation } from '../../fixtures/storage-location.ts';
import { tenantNamed } from '../../fixtures/tenant.ts';
import { memoryStorageStore } from '../../memory/storage-store.ts';

const ACME = tenantId('acme');
const NOW = new Date('2026-11-20T12:00:00.000Z');
const DUE = '2026-11-20T11:59:00.000Z';

/** Locations of a tenant that are due, and of one that is suspended. */
async function world(problem?: (storage: string) => Problem | undefined) {
  const storages = memoryStorageStore();
  const add = async (tenant: string, next_scan_at: string, bucket: string) => {
    const storage_id = newStorageId();
    const schedule = { every_hours: 24 };
    const config = { bucket, region: 'eu-central-1' };
    const fields = { tenant_id: tenantId(tenant), storage_id, type: 's3' as const, config };
    await storages.add(tenantId(tenant), storageLocation({ ...fields, schedule, next_scan_at }), 10);
    return storage_id;
  };
  const due = await add('acme', DUE, 'due');
  const later = await add('acme', '2026-11-20T12:01:00.000Z', 'later');
  await add('suspended', DUE, 'suspended');
  const started: string[] = [];
  const reported: string[] = [];
  const run = startDueScans({
    storages,
    tenants: {
      get: async (tenant) => ({
        ...tenantNamed(tenant),
        state: tenant === 'suspended' ? ('suspended' as const) : ('active' as const),
      }),
    },
    start: async (_tenant: unknown, { storage_id }: ScanRequest) => {
      const refused = problem?.(storage_id);
      if (refused) throw refused;
      started.push(storage_id);
      return undefined as never;
    },
    report: ({ storage_id }) => void reported.push(storage_id),
    budgetSeconds: 60,
    concurrency: 4,
    now: () => NOW,
  });
  const nextOf = async (storage: typeof due) => (await storages.get(ACME, storage))?.next_scan_at ?? '';
  return { run, started, reported, due, later, nextOf };
}

describe('the scans that are due', () => {
  it('are started, and are due again within their period', async () => {
    const { run, started, due, later, nextOf } = await world();
    await run();
    expect(started).toEqual([due]);
    const next = Date.parse(await nextOf(due)) - NOW.getTime();
    expect(next).toBeGreaterThan(0);
    expect(next).toBeLessThanOrEqual(24 * 3_600_000);
    expect(await nextOf(later)).toBe('2026-11-20T12:01:00.000Z');
    await run();
    expect(started).toEqual([due]);
  });

  it('are due later if another scan of the location is at work', async () => {
    const { run, started, reported, due, nextOf } = await world(() => new Problem('conflict', 'runs'));
    await run();
    expect([started, reported]).toEqual([[], []]);
    expect(await nextOf(due)).not.toBe(DUE);
  });

  it('stay due if they cannot be started', async () => {
    const { run, reported, due, nextOf } = await world(() => new Problem('dependency_unavailable', 'away'));
    expect(await run()).toMatchObject({ failed: 1 });
    expect([reported, await nextOf(due)]).toEqual([[due], DUE]);
  });
});
