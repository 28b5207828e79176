import { describe, expect, it } from 'vitest';
import { SCOPES } from '#shared/kernel/access.ts';
import { newKeyId, tenantId } from '#shared/kernel/ids.ts';
import { changeTenant } from '#shared/tenants/change-tenant.ts';
import { createTenant } from '#shared/tenants/create-tenant.ts';
import { manageKeys } from '#shared/tenants/manage-keys.ts';
import { hashApiKey, newApiKey } from '#shared/tenants/new-api-key.ts';
import { identifier } from '../../fixtures/identify.ts';
import { memoryTenantStore } from '../../memory/tenant-store.ts';
import { memoryUsagePlans } from '../../memory/usage-plans.ts';

const acme = tenantId('acme');

async function office() {
  const clock = { now: new Date('2026-01-01T00:00:00.000Z') };
  const tenants = memoryTenantStore();
  const usagePlans = memoryUsagePlans();
  const ports = {
    ...{ tenants, usagePlans, newApiKey, hashApiKey },
    ...{ defaultModel: 'first', now: () => clock.now },
  };
  const first = await createTenant(ports)(acme, 'Acme', 'free');
  return {
    clock,
    tenants,
    usagePlans,
    first,
    keys: manageKeys(ports),
    change: changeTenant(ports),
    identify: identifier(tenants, () => clock.now),
    later: (seconds: number) => {
      clock.now = new Date(clock.now.getTime() + seconds * 1000);
    },
  };
}
const search = { name: 'app', scopes: ['deeplens.search' as const] };

describe('keys', () => {
  it('work with the scopes that were asked for, and with no more than their maker has', async () => {
    const { keys, identify, usagePlans } = await office();
    const { key, secret } = await keys.create(acme, search, SCOPES);
    expect(await identify(secret)).toMatchObject({ subject: key.key_id, scopes: ['deeplens.search'] });
    expect(usagePlans.members.size).toBe(2);
    await expect(
      keys.create(acme, { name: 'x', scopes: ['deeplens.admin'] }, ['deeplens.search']),
    ).rejects.toMatchObject({ code: 'missing_scope' });
    expect(JSON.stringify(await keys.list(acme))).not.toContain(secret);
  });

  it('end when they said they would', async () => {
    const { keys, identify, later } = await office();
    const wish = { ...search, expires_at: '2026-01-01T00:10:00.000Z' };
    const { secret } = await keys.create(acme, wish, SCOPES);
    await identify(secret);
    later(600);
    await expect(identify(secret)).rejects.toMatchObject({ code: 'invalid_api_key' });
    await expect(keys.create(acme, wish, SCOPES)).rejects.toMatchObject({ code: 'invalid_request' });
  });

  it('are rotated with an overlap, in which both work', async () => {
    const { keys, identify, later } = await office();
    const old = await keys.create(acme, search, SCOPES);
    const made = await keys.rotate(acme, old.key.key_id, 60);
    expect(made.key).toMatchObject({ name: 'app', scopes: ['deeplens.search'] });
    await Promise.all([identify(old.secret), identify(made.secret)]);
    later(60);
    await expect(identify(old.secret)).rejects.toMatchObject({ code: 'invalid_api_key' });
    await identify(made.secret);
    await expect(keys.rotate(acme, old.key.key_id, 60)).rejects.toMatchObject({ code: 'conflict' });
    expect((await keys.list(acme)).find(({ key_id }) => key_id === old.key.key_id)).toMatchObject({
      replaced_by: made.key.key_id,
    });
  });

  it('are refused from the moment they are revoked', async () => {
    const { keys, identify, usagePlans } = await office();
    const { key, secret } = await keys.create(acme, search, SCOPES);
    await keys.revoke(acme, key.key_id);
    const again = await keys.revoke(acme, key.key_id);
    expect(again.after.revoked_at).toBe('2026-01-01T00:00:00.000Z');
    await expect(identify(secret)).rejects.toMatchObject({ code: 'invalid_api_key' });
    expect(usagePlans.members.size).toBe(1);
    await expect(keys.revoke(acme, newKeyId())).rejects.toMatchObject({ code: 'not_found' });
  });

  it('say to the minute when they were used last', async () => {
    const { first, identify, keys, later } = await office();
    const lastUsed = async () => (await keys.list(acme))[0]?.last_used_at;
    expect(await lastUsed()).toBeUndefined();
    await identify(first);
    later(30);
    await identify(first);
    expect(await lastUsed()).toBe('2026-01-01T00:00:00.000Z');
    later(30);
    await identify(first);
    expect(await lastUsed()).toBe('2026-01-01T00:01:00.000Z');
  });

  it('are fifty at most', async () => {
    const { keys } = await office();
    for (let count = 1; count < 50; count++) await keys.create(acme, search, SCOPES);
    await expect(keys.create(acme, search, SCOPES)).rejects.toMatchObject({ code: 'conflict' });
  });
});

describe('a change of the tenant', () => {
  it('moves its keys to the plan, or to the one that lets an override pass', async () => {
    const { change, identify, first, keys, usagePlans } = await office();
    const { key } = await keys.create(acme, search, SCOPES);
    await keys.revoke(acme, key.key_id);
    const plans = () => [...usagePlans.members.values()].map(({ plan }) => plan);
    expect(plans()).toEqual(['free']);
    await change(acme, { plan: 'basic' });
    expect(plans()).toEqual(['basic']);
    expect(await identify(first)).toMatchObject({ plan: 'basic' });
    await change(acme, { limits: { requests: 1_001 } });
    expect(plans()).toEqual(['pro']);
    expect(await identify(first)).toMatchObject({ plan: 'basic', limits: { requests: 1_001 } });
    await change(acme, { limits: {} });
    expect(plans()).toEqual(['basic']);
  });

  it('is finished by repeating it', async () => {
    const { tenants, usagePlans, first, identify } = await office();
    const broken = { ...usagePlans, move: () => Promise.reject(new Error('interrupted')) };
    await expect(changeTenant({ tenants, usagePlans: broken })(acme, { plan: 'pro' })).rejects.toThrow();
    await changeTenant({ tenants, usagePlans })(acme, { plan: 'pro' });
    expect([...usagePlans.members.values()].map(({ plan }) => plan)).toEqual(['pro']);
    expect(await identify(first)).toMatchObject({ plan: 'pro' });
  });

  it('suspends and lifts, and knows only tenants that are there', async () => {
    const { change, first, identify } = await office();
    await change(acme, { state: 'suspended' });
    await expect(identify(first)).rejects.toMatchObject({ code: 'tenant_suspended' });
    await change(acme, { state: 'active' });
    await identify(first);
    await expect(change(tenantId('nobody'), { plan: 'pro' })).rejects.toMatchObject({ code: 'not_found' });
  });
});
