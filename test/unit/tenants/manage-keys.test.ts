import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { SCOPES, type Scope } from '#shared/kernel/access.ts';
import { newKeyId, tenantId } from '#shared/kernel/ids.ts';
import { changeTenant } from '#shared/tenants/change-tenant.ts';
import { createTenant } from '#shared/tenants/create-tenant.ts';
import { manageKeys } from '#shared/tenants/manage-keys.ts';
import { hashApiKey, newApiKey } from '#shared/tenants/new-api-key.ts';
import { identifier } from '../../fixtures/identify.ts';
import { memoryTenantStore } from '../../memory/tenant-store.ts';
import { memoryUsagePlans } from '../../memory/usage-plans.ts';

const acme = tenantId('acme');

async function setUp() {
  const clock = { now: new Date('2026-01-01T00:00:00.000Z') };
  const tenants = memoryTenantStore();
  const usagePlans = memoryUsagePlans();
  const ports = {
    ...{ tenants, usagePlans, newApiKey, hashApiKey },
    ...{ defaultModel: 'first', now: () => clock.now },
  };
  const { secret: first } = await createTenant(ports)(acme, { name: 'Acme', plan: 'free' });
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
const operator = { kind: 'operator' as const, subject: 'op', scopes: ['deeplens.admin' as const] };
const search = { name: 'app', scopes: ['deeplens.search' as const] };

describe('an API key', () => {
  it('has the requested scopes, which must be among its creator’s', async () => {
    const { keys, identify } = await setUp();
    const { key, secret } = await keys.create(acme, search, operator);
    expect(await identify(secret)).toMatchObject({ subject: key.key_id, scopes: ['deeplens.search'] });
    await expect(
      keys.create(acme, { name: 'x', scopes: ['deeplens.admin'] }, keyWith(['deeplens.search'])),
    ).rejects.toMatchObject({ code: 'missing_scope' });
    expect(JSON.stringify(await keys.list(acme))).not.toContain(secret ?? key);
  });

  it('keeps its allowed origins when it is rotated', async () => {
    const { keys } = await setUp();
    const page = { name: 'page', kind: 'publishable' as const, scopes: [] };
    const { key } = await keys.create(acme, { ...page, allowed_origins: ['https://a.example'] }, operator);
    const rotated = await keys.rotate(acme, key.key_id, 0, operator);
    expect(rotated.key.allowed_origins).toEqual(['https://a.example']);
  });

  it('is made once by calls with a repeat key, and shown once', async () => {
    const { keys } = await setUp();
    const made = await keys.create(acme, { ...search, repeatKey: 'r' }, operator);
    expect(await keys.create(acme, { ...search, repeatKey: 'r' }, operator)).toEqual({ key: made.key });
    const id = made.key.key_id;
    const rotated = await keys.rotate(acme, id, 0, operator, 's');
    expect(await keys.rotate(acme, id, 0, operator, 's')).toEqual({ key: rotated.key });
    expect(await keys.list(acme)).toHaveLength(3);
    await expect(keys.rotate(acme, id, 0, operator, 't')).rejects.toMatchObject({ code: 'conflict' });
  });

  it('expires at the given time', async () => {
    const { keys, identify, later } = await setUp();
    const request = { ...search, expires_at: '2026-01-01T00:10:00.000Z' };
    const { secret } = await keys.create(acme, request, operator);
    await identify(secret);
    later(600);
    await expect(identify(secret)).rejects.toMatchObject({ code: 'invalid_api_key' });
    await expect(keys.create(acme, request, operator)).rejects.toMatchObject({ code: 'invalid_request' });
  });

  it('is rotated with an overlap in which both keys work', async () => {
    const { keys, identify, later } = await setUp();
    const old = await keys.create(acme, search, operator);
    const created = await keys.rotate(acme, old.key.key_id, 60, operator);
    expect(created.key).toMatchObject({ name: 'app', scopes: ['deeplens.search'] });
    await Promise.all([identify(old.secret), identify(created.secret)]);
    later(60);
    await expect(identify(old.secret)).rejects.toMatchObject({ code: 'invalid_api_key' });
    await identify(created.secret);
    await expect(keys.rotate(acme, old.key.key_id, 60, operator)).rejects.toMatchObject({ code: 'conflict' });
    expect((await keys.list(acme)).find(({ key_id }) => key_id === old.key.key_id)).toMatchObject({
      replaced_by: created.key.key_id,
    });
  });

  it('is refused from its revocation on', async () => {
    const { keys, identify } = await setUp();
    const { key, secret } = await keys.create(acme, search, operator);
    await keys.revoke(acme, key.key_id);
    const again = await keys.revoke(acme, key.key_id);
    expect(again.after.revoked_at).toBe('2026-01-01T00:00:00.000Z');
    await expect(identify(secret)).rejects.toMatchObject({ code: 'invalid_api_key' });
    await expect(keys.revoke(acme, newKeyId())).rejects.toMatchObject({ code: 'not_found' });
  });

  it('shows its last use to the minute', async () => {
    const { first, identify, keys, later } = await setUp();
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

  it('cannot be created beyond fifty active ones', async () => {
    const { keys } = await setUp();
    for (let count = 1; count < 50; count++) await keys.create(acme, search, operator);
    await expect(keys.create(acme, search, operator)).rejects.toMatchObject({ code: 'conflict' });
  });

  it('cannot be created beyond fifty by calls at the same moment', async () => {
    const { keys } = await setUp();
    for (let count = 1; count < 45; count++) await keys.create(acme, search, operator);
    await Promise.allSettled(Array.from({ length: 20 }, () => keys.create(acme, search, operator)));
    expect(await keys.list(acme)).toHaveLength(50);
  });

  it('takes the place of an expired one at once', async () => {
    const { keys, later } = await setUp();
    const expiring = { ...search, expires_at: '2026-01-01T00:10:00.000Z' };
    for (let count = 1; count < 50; count++) await keys.create(acme, expiring, operator);
    later(600);
    for (let count = 1; count < 50; count++) await keys.create(acme, search, operator);
    await expect(keys.create(acme, search, operator)).rejects.toMatchObject({ code: 'conflict' });
  });
});

it('a rotation lists the tenant’s keys once', async () => {
  const { keys, tenants } = await setUp();
  const { key } = await keys.create(acme, search, operator);
  const listKeys = vi.spyOn(tenants, 'listKeys');
  await keys.rotate(acme, key.key_id, 60, operator);
  expect(listKeys).toHaveBeenCalledTimes(1);
});

/** A caller with a key of these scopes. */
const keyWith = (scopes: readonly Scope[], subject: string = newKeyId()) => ({
  kind: 'key' as const,
  subject,
  scopes,
});

describe('a secret', () => {
  const someScopes = fc.subarray([...SCOPES], { minLength: 1 });

  it('is never given to a caller that lacks one of its scopes, by creation or by rotation', () =>
    fc.assert(
      fc.asyncProperty(someScopes, someScopes, async (own, wanted) => {
        const { keys } = await setUp();
        const { key } = await keys.create(acme, { name: 'strong', scopes: wanted }, operator);
        const caller = keyWith(own);
        const results = await Promise.allSettled([
          keys.create(acme, { name: 'new', scopes: wanted }, caller),
          keys.rotate(acme, key.key_id, 60, caller),
        ]);
        const mayHave = wanted.every((scope) => own.includes(scope));
        for (const result of results) {
          expect(result.status).toBe(mayHave ? 'fulfilled' : 'rejected');
          if (result.status === 'rejected') expect(result.reason).toMatchObject({ code: 'missing_scope' });
        }
        expect(await keys.list(acme)).toHaveLength(mayHave ? 4 : 2);
        expect(
          (await keys.list(acme)).find(({ key_id }) => key_id === key.key_id)?.replaced_by === undefined,
        ).toBe(!mayHave);
      }),
      { numRuns: 100 },
    ));
});

describe('the maker of a key', () => {
  const ada = { kind: 'person' as const, subject: 'ada', issuer: 'https://idp.test', scopes: SCOPES };
  const adaAsMaker = { issuer: 'https://idp.test', subject: 'ada' };

  it('is recorded, with the person who answers for it', async () => {
    const { keys } = await setUp();
    const byPerson = (await keys.create(acme, search, ada)).key;
    expect(byPerson).toMatchObject({
      created_by: { kind: 'person', subject: 'ada' },
      responsible: adaAsMaker,
    });
    const byOperator = (await keys.create(acme, search, operator)).key;
    expect(byOperator.created_by).toEqual({ kind: 'operator', subject: 'op' });
    expect(byOperator.responsible).toBeUndefined();
  });

  it('answers for keys that its key makes or rotates', async () => {
    const { keys } = await setUp();
    const first = (await keys.create(acme, { name: 'a', scopes: [...SCOPES] }, ada)).key;
    const second = (await keys.create(acme, search, keyWith(SCOPES, first.key_id))).key;
    expect(second).toMatchObject({
      created_by: { kind: 'key', subject: first.key_id },
      responsible: adaAsMaker,
    });
    const third = (await keys.rotate(acme, first.key_id, 60, keyWith(SCOPES, second.key_id))).key;
    expect(third.responsible).toEqual(adaAsMaker);
  });
});

describe('a change of the tenant', () => {
  it('moves its one key in API Gateway to the plan for its limits', async () => {
    const { change, identify, first, keys, usagePlans } = await setUp();
    await keys.create(acme, search, operator);
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

  it.each(['before', 'after'] as const)(
    'is completed by repeating it after an interruption %s API Gateway',
    async (when) => {
      const { tenants, usagePlans, first, identify } = await setUp();
      const assign: typeof usagePlans.assign = async (...args) => {
        if (when === 'after') await usagePlans.assign(...args);
        throw new Error('interrupted');
      };
      const broken = { ...usagePlans, assign };
      await expect(changeTenant({ tenants, usagePlans: broken })(acme, { plan: 'pro' })).rejects.toThrow();
      await changeTenant({ tenants, usagePlans })(acme, { plan: 'pro' });
      expect([...usagePlans.members.values()].map(({ plan }) => plan)).toEqual(['pro']);
      expect(await identify(first)).toMatchObject({ plan: 'pro' });
    },
  );

  it('leaves the key in the plan of the last of several at the same moment', async () => {
    const { tenants, usagePlans } = await setUp();
    const { assign } = usagePlans;
    let isOvertaken = false;
    usagePlans.assign = async (tenant, identifier, plan) => {
      if (!isOvertaken) {
        isOvertaken = true;
        await changeTenant({ tenants, usagePlans })(acme, { plan: 'basic' });
      }
      await assign(tenant, identifier, plan);
    };
    await changeTenant({ tenants, usagePlans })(acme, { plan: 'enterprise' });
    expect(await tenants.get(acme)).toMatchObject({ plan: 'basic' });
    expect([...usagePlans.members.values()].map(({ plan }) => plan)).toEqual(['basic']);
  });

  it('of plan or limits gives a tenant from before a usage identifier, once', async () => {
    const { tenants, usagePlans, identify } = await setUp();
    const old = tenantId('old');
    const key_id = newKeyId();
    const created_at = '2025-01-01T00:00:00.000Z';
    await tenants.reserve({
      ...{ tenant_id: old, name: 'Old', plan: 'free', state: 'creating', created_at, first_key_id: key_id },
    });
    const secret = newApiKey(key_id);
    await tenants.activate(old, {
      ...{ key_id, tenant_id: old, name: 'first', kind: 'live', scopes: [], created_at },
      hash: hashApiKey(secret),
    });
    expect(await identify(secret)).not.toHaveProperty('usageIdentifier');
    const change = changeTenant({ tenants, usagePlans });
    await change(old, { name: 'Older' });
    expect(await usagePlans.count(old)).toBe(0);
    await change(old, { plan: 'free' });
    const { usageIdentifier = '' } = await identify(secret);
    expect(usagePlans.members.get(usageIdentifier)).toEqual({ tenant: old, plan: 'free' });
    await change(old, { plan: 'pro' });
    expect(usagePlans.members.get(usageIdentifier)).toEqual({ tenant: old, plan: 'pro' });
    expect(await usagePlans.count(old)).toBe(1);
  });

  it('suspends and reactivates it without API Gateway, and fails for an unknown tenant', async () => {
    const { change, first, identify, usagePlans } = await setUp();
    const members = [...usagePlans.members];
    await change(acme, { state: 'suspended' });
    await expect(identify(first)).rejects.toMatchObject({ code: 'tenant_suspended' });
    await change(acme, { state: 'active' });
    await identify(first);
    expect([...usagePlans.members]).toEqual(members);
    await expect(change(tenantId('nobody'), { plan: 'pro' })).rejects.toMatchObject({ code: 'not_found' });
  });
});
