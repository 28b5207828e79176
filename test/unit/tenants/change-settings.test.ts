import { describe, expect, it } from 'vitest';
import { PLANS } from '#shared/kernel/plans.ts';
import { changeSettings } from '#shared/tenants/change-settings.ts';
import type { Tenant } from '#shared/tenants/tenant.ts';
import { ACME } from '../../fixtures/tenant.ts';
import { memoryTenantStore } from '../../memory/tenant-store.ts';

const INSTALLED = ['first', 'second', 'third'] as const;

async function setUp(tenant: Partial<Tenant>, images: number) {
  const tenants = memoryTenantStore();
  await tenants.reserve({ ...ACME, ...tenant });
  const jobs: string[] = [];
  const reads: string[] = [];
  const change = changeSettings({
    tenants,
    installed: INSTALLED,
    addModel: async (_, { model }) => void jobs.push(model),
    imagesOf: async (id) => {
      reads.push(id);
      return images;
    },
  });
  return { change: (models: string[]) => change(ACME.tenant_id, { models }), jobs, reads, tenants };
}

describe('the vectors that a plan has room for', () => {
  const { storedImages } = PLANS.enterprise;

  it('let a tenant add a model while its images have room by all of its models', async () => {
    const half = await setUp({ plan: 'enterprise' }, storedImages / 2);
    await half.change(['first', 'second']);
    expect(half.jobs).toEqual(['second']);
    const free = await setUp({ plan: 'free' }, PLANS.free.storedImages);
    await free.change(['first', 'second', 'third']);
    expect(free.jobs).toEqual(['second', 'third']);
  });

  it('refuse a model that they have no room for, before anything is changed', async () => {
    const { change, jobs, tenants } = await setUp({ plan: 'enterprise' }, storedImages / 2 + 1);
    await expect(change(['first', 'second'])).rejects.toMatchObject({
      code: 'quota_exceeded',
      message: expect.stringContaining(`${storedImages + 2} vectors`),
    });
    expect(jobs).toEqual([]);
    expect((await tenants.get(ACME.tenant_id))?.settings).toBeUndefined();
  });

  it('are what the operator sets, if it sets any', async () => {
    const limits = { vectors: 10 };
    const { change } = await setUp({ plan: 'enterprise', limits }, 6);
    await expect(change(['first', 'second'])).rejects.toMatchObject({ code: 'quota_exceeded' });
    const more = await setUp({ plan: 'enterprise', limits: { vectors: 1e9 } }, storedImages);
    await more.change(['second']);
    expect(more.jobs).toEqual(['second']);
  });

  it('are no matter if models are only put in another order, or left out', async () => {
    const settings = { models: ['first', 'second'] };
    const { change, jobs, reads, tenants } = await setUp({ plan: 'enterprise', settings }, storedImages);
    await change(['second']);
    expect([jobs, reads]).toEqual([[], []]);
    expect((await tenants.get(ACME.tenant_id))?.settings).toMatchObject({ models: ['second'] });
  });

  it('count a model that is still being filled', async () => {
    const filling_models = { second: '2026-01-01T00:00:00.000Z' };
    const { change } = await setUp({ limits: { vectors: 25 }, filling_models }, 10);
    await expect(change(['first', 'second', 'third'])).rejects.toMatchObject({ code: 'quota_exceeded' });
  });
});
