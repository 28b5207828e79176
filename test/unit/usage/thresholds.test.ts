import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EVENTS } from '#shared/contracts/events/registry.ts';
import { newKeyId, tenantId } from '#shared/kernel/ids.ts';
import type { Tenant } from '#shared/tenants/tenant.ts';
import { type QuotaUsed, tellThresholds } from '#shared/usage/tell-thresholds.ts';
import { watchStored } from '#shared/usage/watch-stored.ts';
import { memoryPublisher } from '../../memory/publisher.ts';
import { memoryThresholdStore } from '../../memory/threshold-store.ts';

const ACME = tenantId('acme');

function newWorld() {
  const [thresholds, publisher] = [memoryThresholdStore(), memoryPublisher()];
  const clock = { now: '2026-11-15T00:00:00.000Z' };
  const ports = { thresholds, publisher, now: () => new Date(clock.now) };
  const told = () => publisher.events.map(({ id }) => id);
  return { ports, publisher, clock, told };
}
const stored = (used: number): QuotaUsed[] => [{ quota: 'stored_images', used, limit: 1000 }];

describe('a threshold', () => {
  it('is told once a month, also by another instance of the function', async () => {
    const { ports, told, clock, publisher } = newWorld();
    const tell = tellThresholds(ports);
    for (const used of [0, 799, 800, 900]) await tell(ACME, stored(used));
    await tellThresholds(ports)(ACME, stored(999));
    expect(told()).toEqual(['acme.stored_images.80.2026-11.usage.threshold']);
    expect(EVENTS['usage.threshold'].parse(publisher.events[0])).toMatchObject({
      tenantid: ACME,
      data: { quota: 'stored_images', percent: 80, used: 800, limit: 1000, period: '2026-11' },
    });
    await tell(ACME, stored(1000));
    clock.now = '2026-12-01T00:00:00.000Z';
    await tell(ACME, stored(850));
    await tell(tenantId('other'), stored(850));
    expect(told().slice(1)).toEqual([
      'acme.stored_images.100.2026-11.usage.threshold',
      'acme.stored_images.80.2026-12.usage.threshold',
      'other.stored_images.80.2026-12.usage.threshold',
    ]);
  });

  it('whose publication failed, or could not be noted, is told under the same id', async () => {
    const { ports, told } = newWorld();
    const down = { ...ports, publisher: { publish: () => Promise.reject(new Error('down')) } };
    await expect(tellThresholds(down)(ACME, stored(900))).rejects.toThrow('down');
    const forgetful = { ...ports.thresholds, noteTold: () => Promise.reject(new Error('down')) };
    const tell = tellThresholds({ ...ports, thresholds: forgetful });
    for (let times = 0; times < 2; times++) await expect(tell(ACME, stored(900))).rejects.toThrow('down');
    expect(new Set(told()).size).toBe(1);
    expect(told()).toHaveLength(2);
  });

  it('is told for 80 and 100 %, and for nothing below, whatever the order of readings', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(1200)), fc.integer({ min: 1, max: 1000 }), async (readings, limit) => {
        const { ports, told } = newWorld();
        for (const used of readings) await tellThresholds(ports)(ACME, [{ quota: 'requests', used, limit }]);
        const most = Math.max(0, ...readings);
        const expected = [80, 100].filter((percent) => most > 0 && most * 100 >= limit * percent);
        const ids = expected.map((percent) => `acme.requests.${percent}.2026-11.usage.threshold`);
        expect(told().toSorted()).toEqual(ids.toSorted());
      }),
    );
  });
});

describe('stored images', () => {
  it('are compared with the tenant’s own limits, once for each tenant that has changed', async () => {
    const owner = (change: Partial<Tenant>): Tenant => ({
      ...{ tenant_id: ACME, name: 'a', plan: 'free', state: 'active', first_key_id: newKeyId() },
      created_at: '2026-01-01T00:00:00.000Z',
      ...change,
    });
    const told: [string, readonly QuotaUsed[]][] = [];
    const watchOf = (record: Tenant | undefined) =>
      watchStored({
        tenants: { get: async () => record },
        images: { stored: async () => ({ images: 3, bytes: 5 }) },
        tell: async (tenant, uses) => void told.push([tenant, uses]),
      });
    await watchOf(undefined)([ACME]);
    await watchOf(owner({ state: 'purging' }))([ACME]);
    expect(told).toEqual([]);
    await watchOf(owner({ limits: { stored_images: 4 } }))([ACME, ACME]);
    const uses = [
      { quota: 'stored_images', used: 3, limit: 4 },
      { quota: 'storage_bytes', used: 5, limit: 1e9 },
    ];
    expect(told).toEqual([[ACME, uses]]);
  });
});
