import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { SCOPES, type Scope } from '#shared/kernel/access.ts';
import { newKeyId, tenantId } from '#shared/kernel/ids.ts';
import type { ApiKey } from '#shared/tenants/api-key.ts';
import { changeTenant } from '#shared/tenants/change-tenant.ts';
import { createTenant } from '#shared/tenants/create-tenant.ts';
import { expireKeys } from '#shared/tenants/expire-keys.ts';
import { manageKeys } from '#shared/tenants/manage-keys.ts';
import { hashApiKey, newApiKey } from '#shared/tenants/new-api-key.ts';
import { sweepGatewayKeys } from '#shared/tenants/sweep-gateway-keys.ts';
import { identifier } from '../../fixtures/identify.ts';
import { memoryTenantStore } from '../../memory/tenant-store.ts';
import { memoryUsagePlans } from '../../memory/usage-plans.ts';

const acme = tenantId('acme');

async function setUp() {
  const clock = { now: new Date('2026-01-01T00:00:00.000Z') };
  const tenants = memoryTenantStore();
  const usagePlans = memoryUsagePlans(() => clock.now);
  const ports = {
    ...{ tenants, usagePlans, newApiKey, hashApiKey },
    ...{ defaultModel: 'first', now: () => clock.now },
  };
  const failures: string[] = [];
  const { secret: first } = await createTenant(ports)(acme, { name: 'Acme', plan: 'free' });
  return {
    clock,
    tenants,
    usagePlans,
    first,
    keys: manageKeys(ports),
    failures,
    expire: expireKeys({
      ...{ tenants, usagePlans, now: () => clock.now, budgetSeconds: 240 },
      report: ({ key_id }) => void failures.push(key_id),
    }),
    sweep: sweepGatewayKeys({
      ...{ tenants, usagePlans, now: () => clock.now, budgetSeconds: 240 },
      report: ({ key_id }) => void failures.push(key_id),
    }),
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
    const { keys, identify, usagePlans } = await setUp();
    const { key, secret } = await keys.create(acme, search, operator);
    expect(await identify(secret)).toMatchObject({ subject: key.key_id, scopes: ['deeplens.search'] });
    expect(usagePlans.members.size).toBe(2);
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
    const { keys, identify, usagePlans } = await setUp();
    const { key, secret } = await keys.create(acme, search, operator);
    await keys.revoke(acme, key.key_id);
    const again = await keys.revoke(acme, key.key_id);
    expect(again.after.revoked_at).toBe('2026-01-01T00:00:00.000Z');
    await expect(identify(secret)).rejects.toMatchObject({ code: 'invalid_api_key' });
    expect(usagePlans.members.size).toBe(1);
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

  it('cannot be created beyond fifty by calls at the same moment, which leave nothing in API Gateway', async () => {
    const { keys, usagePlans } = await setUp();
    for (let count = 1; count < 45; count++) await keys.create(acme, search, operator);
    await Promise.allSettled(Array.from({ length: 20 }, () => keys.create(acme, search, operator)));
    expect(await keys.list(acme)).toHaveLength(50);
    expect(usagePlans.members.size).toBe(50);
  });

  it('takes the place of an expired one at once', async () => {
    const { keys, later, usagePlans } = await setUp();
    const expiring = { ...search, expires_at: '2026-01-01T00:10:00.000Z' };
    for (let count = 1; count < 50; count++) await keys.create(acme, expiring, operator);
    later(600);
    await keys.create(acme, search, operator);
    expect(usagePlans.members.size).toBe(2);
  });
});

describe('expiring keys', () => {
  it('removes keys that are no longer valid from API Gateway, and no others', async () => {
    const { keys, later, expire, usagePlans, identify } = await setUp();
    const old = await keys.create(acme, search, operator);
    const created = await keys.rotate(acme, old.key.key_id, 60, operator);
    expect(await expire()).toEqual({ removed: 0, failed: 0 });
    later(60);
    expect(await expire()).toEqual({ removed: 1, failed: 0 });
    expect(await expire()).toEqual({ removed: 0, failed: 0 });
    expect([...usagePlans.members.values()].map(({ key }) => key)).toContain(created.key.key_id);
    expect(usagePlans.members.size).toBe(2);
    await identify(created.secret);
    expect(await keys.list(acme)).toHaveLength(3);
  });

  it('finishes a revocation that API Gateway interrupted', async () => {
    const { keys, usagePlans, expire } = await setUp();
    const { key } = await keys.create(acme, search, operator);
    const { remove } = usagePlans;
    usagePlans.remove = () => Promise.reject(new Error('down'));
    await expect(keys.revoke(acme, key.key_id)).rejects.toThrow('down');
    usagePlans.remove = remove;
    expect(await expire()).toEqual({ removed: 1, failed: 0 });
    expect(usagePlans.members.size).toBe(1);
  });

  it('reports a key that fails and goes on with the others', async () => {
    const { keys, later, usagePlans, expire, failures } = await setUp();
    const expiring = { ...search, expires_at: '2026-01-01T00:10:00.000Z' };
    const bad = (await keys.create(acme, expiring, operator)).key;
    await keys.create(acme, expiring, operator);
    later(600);
    const { remove } = usagePlans;
    usagePlans.remove = async (tenant, id) => {
      if (id === bad.gateway_key_id) throw new Error('down');
      await remove(tenant, id);
    };
    expect(await expire()).toEqual({ removed: 1, failed: 1 });
    expect(failures).toEqual([bad.key_id]);
    usagePlans.remove = remove;
    expect(await expire()).toEqual({ removed: 1, failed: 0 });
  });

  it('begins no key after its budget of time', async () => {
    const { keys, later, usagePlans, expire } = await setUp();
    const expiring = { ...search, expires_at: '2026-01-01T00:10:00.000Z' };
    for (let count = 0; count < 3; count++) await keys.create(acme, expiring, operator);
    later(600);
    const { remove } = usagePlans;
    usagePlans.remove = async (tenant, id) => {
      later(150);
      await remove(tenant, id);
    };
    expect(await expire()).toEqual({ removed: 2, failed: 0 });
    expect(await expire()).toEqual({ removed: 1, failed: 0 });
  });
});

describe('sweeping API Gateway', () => {
  it('removes keys that a crash left without a record, once they are an hour old', async () => {
    const { usagePlans, later, sweep, keys } = await setUp();
    const { key } = await keys.create(acme, search, operator);
    const orphan = await usagePlans.add(acme, newKeyId(), 'secret', 'free');
    later(3_599);
    expect(await sweep()).toEqual({ removed: 0, failed: 0 });
    later(1);
    expect(await sweep()).toEqual({ removed: 1, failed: 0 });
    expect(usagePlans.members.has(orphan)).toBe(false);
    expect(usagePlans.members.has(key.gateway_key_id)).toBe(true);
    expect(usagePlans.members.size).toBe(2);
  });

  it('removes keys that ended and that the index of ends does not have', async () => {
    const { usagePlans, later, sweep, expire, tenants } = await setUp();
    const key_id = newKeyId();
    const gateway_key_id = await usagePlans.add(acme, key_id, 'secret', 'free');
    const key = { ...(await tenants.listKeys(acme))[0], key_id, gateway_key_id, hash: 'h' } as ApiKey; // acme has one
    await tenants.addKey(acme, { ...key, expires_at: '2026-01-01T00:10:00.000Z' }, 50);
    await tenants.releaseKey(acme, key_id); // as keys from before the index: no place, no end in the index
    later(600);
    expect(await expire()).toEqual({ removed: 0, failed: 0 });
    expect(await sweep()).toEqual({ removed: 1, failed: 0 });
    expect(usagePlans.members.size).toBe(1);
  });

  it('reports a key that fails and goes on', async () => {
    const { usagePlans, later, sweep, failures } = await setUp();
    const bad = newKeyId();
    const badId = await usagePlans.add(acme, bad, 's', 'free');
    await usagePlans.add(acme, newKeyId(), 's', 'free');
    later(3_600);
    const { remove } = usagePlans;
    usagePlans.remove = async (tenant, id) => {
      if (id === badId) throw new Error('down');
      await remove(tenant, id);
    };
    expect(await sweep()).toEqual({ removed: 1, failed: 1 });
    expect(failures).toEqual([bad]);
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
  it('moves its keys to the gateway plan of its limits', async () => {
    const { change, identify, first, keys, usagePlans } = await setUp();
    const { key } = await keys.create(acme, search, operator);
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

  it('is completed by repeating it after an interruption', async () => {
    const { tenants, usagePlans, first, identify } = await setUp();
    const broken = { ...usagePlans, move: () => Promise.reject(new Error('interrupted')) };
    await expect(changeTenant({ tenants, usagePlans: broken })(acme, { plan: 'pro' })).rejects.toThrow();
    await changeTenant({ tenants, usagePlans })(acme, { plan: 'pro' });
    expect([...usagePlans.members.values()].map(({ plan }) => plan)).toEqual(['pro']);
    expect(await identify(first)).toMatchObject({ plan: 'pro' });
  });

  it('suspends and reactivates it, and fails for an unknown tenant', async () => {
    const { change, first, identify } = await setUp();
    await change(acme, { state: 'suspended' });
    await expect(identify(first)).rejects.toMatchObject({ code: 'tenant_suspended' });
    await change(acme, { state: 'active' });
    await identify(first);
    await expect(change(tenantId('nobody'), { plan: 'pro' })).rejects.toMatchObject({ code: 'not_found' });
  });
});
