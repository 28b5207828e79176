import { describe, expect, it } from 'vitest';
import { hashApiKey, newApiKey } from '#shared/auth/api-keys.ts';
import { memoryUsagePlans } from '#shared/auth/memory.ts';
import { memoryTenants } from '#shared/catalog/memory.ts';
import { tenantId } from '#shared/domain/ids.ts';
import { Problem } from '#shared/domain/problems.ts';
import { createTenant } from '#shared/flows/tenants/create-tenant.ts';
import { identifyByKey, identifyByToken } from '#shared/flows/tenants/identify-caller.ts';

const acme = tenantId('acme');

function office() {
  const tenants = memoryTenants();
  const usagePlans = memoryUsagePlans();
  const create = createTenant({ tenants, usagePlans, newApiKey, hashApiKey });
  const identify = identifyByKey({ tenants, hashApiKey });
  return { tenants, usagePlans, create, identify };
}

describe('createTenant', () => {
  it('makes a tenant whose key works at once, with every scope', async () => {
    const { create, identify, tenants } = office();
    const key = await create(acme, 'Acme', 'pro');
    expect(key).toMatch(/^dl_live_/);
    expect(await identify(key)).toMatchObject({
      tenant: acme,
      plan: 'pro',
      scopes: expect.arrayContaining(['deeplens.search']),
    });
    expect(await tenants.get(acme)).toMatchObject({ state: 'active', name: 'Acme' });
  });

  it('refuses one that exists', async () => {
    const { create } = office();
    await create(acme, 'Acme', 'free');
    await expect(create(acme, 'Acme', 'free')).rejects.toMatchObject({ code: 'conflict' });
  });

  it('ends in one whole tenant when it was interrupted and is repeated', async () => {
    const { tenants, usagePlans, identify } = office();
    const broken = { ...usagePlans, add: () => Promise.reject(new Problem('dependency_unavailable', 'no')) };
    await expect(
      createTenant({ tenants, usagePlans: broken, newApiKey, hashApiKey })(acme, 'Acme', 'free'),
    ).rejects.toThrow();
    expect(await tenants.get(acme)).toMatchObject({ state: 'creating' });
    const key = await createTenant({ tenants, usagePlans, newApiKey, hashApiKey })(acme, 'Acme', 'free');
    expect(await identify(key)).toMatchObject({ tenant: acme });
    expect(await tenants.listKeys(acme)).toHaveLength(1);
  });
});

describe('identify', () => {
  it('refuses a key that nobody has', async () => {
    await expect(office().identify('dl_live_x_y')).rejects.toMatchObject({ code: 'invalid_api_key' });
  });

  it('refuses a header that holds no bearer token', async () => {
    const tokens = { verify: () => Promise.reject(new Error('not asked')) };
    await expect(identifyByToken({ tokens })('Basic abc')).rejects.toMatchObject({ code: 'unauthenticated' });
  });
});
