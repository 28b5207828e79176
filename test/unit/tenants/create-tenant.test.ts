import { describe, expect, it, vi } from 'vitest';
import { identifyByToken } from '#shared/identity/identify-caller.ts';
import { tenantId } from '#shared/kernel/ids.ts';
import { Problem } from '#shared/kernel/problems.ts';
import { createTenant } from '#shared/tenants/create-tenant.ts';
import { hashApiKey, newApiKey } from '#shared/tenants/new-api-key.ts';
import { identifier } from '../../fixtures/identify.ts';
import { memoryRevocations } from '../../memory/revocations.ts';
import { memoryTenantStore } from '../../memory/tenant-store.ts';
import { memoryUsagePlans } from '../../memory/usage-plans.ts';

const acme = tenantId('acme');

function setUp() {
  const tenants = memoryTenantStore();
  const usagePlans = memoryUsagePlans();
  const create = createTenant({ tenants, usagePlans, newApiKey, hashApiKey, defaultModel: 'first' });
  const identify = identifier(tenants);
  return { tenants, usagePlans, create, identify };
}

describe('createTenant', () => {
  it('creates a tenant whose key works at once, with all scopes', async () => {
    const { create, identify, tenants } = setUp();
    const { secret: key } = await create(acme, { name: 'Acme', plan: 'pro' });
    expect(key).toMatch(/^dl_live_/);
    expect(await identify(key)).toMatchObject({
      tenant: acme,
      plan: 'pro',
      scopes: expect.arrayContaining(['deeplens.search']),
    });
    expect(await tenants.get(acme)).toMatchObject({ state: 'active', name: 'Acme' });
  });

  it('sends API Gateway neither the key, nor its hash, nor a part of them', async () => {
    const { create, usagePlans, tenants } = setUp();
    const assign = vi.spyOn(usagePlans, 'assign');
    const { secret = '' } = await create(acme, { name: 'Acme', plan: 'pro' });
    const sent = JSON.stringify([assign.mock.calls, [...usagePlans.members]]);
    expect(sent).toContain((await tenants.get(acme))?.usage_identifier);
    for (const text of [secret, secret.split('_').at(-1) ?? '', hashApiKey(secret)])
      for (let at = 0; at + 16 <= text.length; at++) expect(sent).not.toContain(text.slice(at, at + 16));
  });

  it('refuses a tenant id that exists', async () => {
    const { create } = setUp();
    await create(acme, { name: 'Acme', plan: 'free' });
    await expect(create(acme, { name: 'Acme', plan: 'free' })).rejects.toMatchObject({ code: 'conflict' });
  });

  it('returns the key that an interrupted call with its repeat key has made, without the secret', async () => {
    const { create, tenants } = setUp();
    const request = { name: 'Acme', plan: 'free', repeatKey: 'r' } as const;
    const { key_id } = await create(acme, request);
    expect(await create(acme, request)).toEqual({ key_id });
    expect(await tenants.listKeys(acme)).toHaveLength(1);
    const other = create(acme, { ...request, repeatKey: 's' });
    await expect(other).rejects.toMatchObject({ code: 'conflict' });
  });

  const steps = [
    ['tenants', 'reserve'],
    ['usagePlans', 'assign'],
    ['tenants', 'activate'],
  ] as const;
  it.each(
    steps.flatMap(([port, step]) => (['before', 'after'] as const).map((when) => ({ port, step, when }))),
  )(
    'ends in one tenant with one key when repeated after an interruption $when $step',
    async ({ port, step, when }) => {
      const { tenants, usagePlans, create, identify } = setUp();
      const ports = { tenants: { ...tenants }, usagePlans: { ...usagePlans } };
      const real: (...args: unknown[]) => Promise<unknown> = Object(ports[port])[step];
      Object(ports[port])[step] = async (...args: unknown[]) => {
        if (when === 'after') await real(...args);
        throw new Problem('dependency_unavailable', 'interrupted');
      };
      const interrupted = createTenant({ ...ports, newApiKey, hashApiKey, defaultModel: 'first' });
      await expect(interrupted(acme, { name: 'Acme', plan: 'free' })).rejects.toThrow('interrupted');

      const done = step === 'activate' && when === 'after';
      const again = create(acme, { name: 'Acme', plan: 'free' });
      if (done) await expect(again).rejects.toMatchObject({ code: 'conflict' });
      else expect(await identify((await again).secret)).toMatchObject({ tenant: acme });

      expect(await tenants.get(acme)).toMatchObject({
        state: 'active',
        plan: 'free',
        settings: { models: ['first'] },
      });
      const keys = await tenants.listKeys(acme);
      expect(keys).toHaveLength(1);
      const { usage_identifier = '' } = (await tenants.get(acme)) ?? {};
      expect([...usagePlans.members]).toEqual([[usage_identifier, { tenant: acme, plan: 'free' }]]);
    },
  );
});

describe('identify', () => {
  it('refuses an unknown key', async () => {
    await expect(setUp().identify('dl_live_x_y')).rejects.toMatchObject({ code: 'invalid_api_key' });
  });

  it('refuses a header without a bearer token', async () => {
    const tokens = { verify: () => Promise.reject(new Error('not asked')) };
    await expect(
      identifyByToken({ tokens, revocations: memoryRevocations() })('Basic abc', () => {}),
    ).rejects.toMatchObject({ code: 'unauthenticated' });
  });
});
