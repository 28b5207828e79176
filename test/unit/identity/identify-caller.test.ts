import { describe, expect, it } from 'vitest';
import { identifyByKey, identifyByTenantToken, identifyByToken } from '#shared/identity/identify-caller.ts';
import type { VerifiedToken } from '#shared/identity/tokens.ts';
import { SCOPES } from '#shared/kernel/access.ts';
import type { PresumedCaller } from '#shared/kernel/caller.ts';
import { newKeyId, tenantId } from '#shared/kernel/ids.ts';
import { Problem } from '#shared/kernel/problems.ts';
import type { ApiKey } from '#shared/tenants/api-key.ts';
import { hashApiKey, newApiKey, sameHash } from '#shared/tenants/new-api-key.ts';
import type { Tenant } from '#shared/tenants/tenant.ts';
import { memoryRevocations } from '../../memory/revocations.ts';
import { memoryTenantStore } from '../../memory/tenant-store.ts';

const acme = tenantId('acme');
const NOW = new Date('2026-11-24T12:00:00.000Z');
const ISSUED_AT = NOW.getTime() / 1000 - 60;
const person: VerifiedToken = {
  issuer: 'https://idp.example',
  subject: 'person-1',
  issuedAt: ISSUED_AT,
  scopes: ['deeplens.search'],
  role: 'Viewer',
  tenant: acme,
};

const { tenant: _, ...withoutTenant } = person;

/** A tenant with one key, and tokens by name. */
async function setUp({ state = 'active' as Tenant['state'], key: fields = {} as Partial<ApiKey> } = {}) {
  const tenants = memoryTenantStore();
  const key_id = newKeyId();
  const secret = newApiKey(key_id);
  const key: ApiKey = {
    key_id,
    tenant_id: acme,
    kind: 'live',
    name: 'first',
    hash: hashApiKey(secret),
    scopes: [...SCOPES],
    created_at: NOW.toISOString(),
    ...fields,
  };
  await tenants.reserve({
    tenant_id: acme,
    name: 'Acme',
    plan: 'pro',
    state: 'creating',
    created_at: NOW.toISOString(),
    first_key_id: key_id,
    usage_identifier: 'identifier-of-acme',
    limits: { searches: 7 },
    settings: { keeper_rule: 'age' },
  });
  await tenants.activate(acme, key);
  if (state !== 'active') await tenants.change(acme, { state });
  const tokensByName: Record<string, VerifiedToken> = {
    person,
    stranger: { ...person, tenant: tenantId('other') },
    nowhere: { ...person, tenant: tenantId('no-tenant') },
    nobody: withoutTenant,
    operator: { ...person, subject: 'op', role: 'SystemAdmin', scopes: ['deeplens.admin'], tenant: acme },
  };
  const tokens = {
    verify: async (token: string) => {
      const verified = tokensByName[token];
      if (verified) return verified;
      throw new Problem('unauthenticated', 'The token is not valid.');
    },
  };
  const presumed: PresumedCaller[] = [];
  const warnings: string[] = [];
  const revocations = memoryRevocations();
  const presume = (caller: PresumedCaller) => void presumed.push(caller);
  const ports = {
    tenants,
    tokens,
    revocations,
    hashApiKey,
    sameHash,
    warn: (message: string) => void warnings.push(message),
    now: () => NOW,
  };
  return {
    ...{ tenants, revocations, key, key_id, secret, presumed, warnings, ports },
    byKey: (authorization?: string, presented = secret) =>
      identifyByKey(ports)({ key: presented, authorization }, presume),
    byTenantToken: (authorization: string) => identifyByTenantToken(ports)(authorization, presume),
    byToken: (authorization: string) => identifyByToken(ports)(authorization, presume),
  };
}

describe('an API key', () => {
  it('identifies the tenant, its limits and settings', async () => {
    const { byKey, key_id } = await setUp();
    expect(await byKey()).toEqual({
      kind: 'key',
      tenant: acme,
      plan: 'pro',
      limits: { searches: 7 },
      usageIdentifier: 'identifier-of-acme',
      settings: { keeper_rule: 'age' },
      scopes: SCOPES,
      subject: key_id,
    });
  });

  it.each<[string, Parameters<typeof setUp>[0], string]>([
    ['a revoked key', { key: { revoked_at: NOW.toISOString() } }, 'invalid_api_key'],
    ['an expired key', { key: { expires_at: NOW.toISOString() } }, 'invalid_api_key'],
    ['a key of a tenant that is being created', { state: 'creating' }, 'invalid_api_key'],
    ['a key of a tenant that is being removed', { state: 'purging' }, 'invalid_api_key'],
    ['a key of a suspended tenant', { state: 'suspended' }, 'tenant_suspended'],
  ])('is refused: %s', async (_, state, code) => {
    const { byKey, presumed, key_id } = await setUp(state);
    await expect(byKey()).rejects.toMatchObject({ code });
    expect(presumed).toEqual([
      {
        ...{ kind: 'key', tenant: acme, subject: key_id, plan: 'pro', limits: { searches: 7 } },
        usageIdentifier: 'identifier-of-acme',
      },
    ]);
  });

  describe('that a person made', () => {
    const responsible = { issuer: person.issuer, subject: person.subject };
    const secondsLater = (seconds: number) => new Date(NOW.getTime() + seconds * 1000);

    it('is refused once that person is revoked, with or without a token', async () => {
      const { byKey, revocations, presumed, key_id } = await setUp({ key: { responsible } });
      await byKey();
      await revocations.revoke(person.issuer, person.subject, secondsLater(60));
      await expect(byKey()).rejects.toMatchObject({ code: 'invalid_api_key' });
      await expect(byKey('Bearer person')).rejects.toMatchObject({ code: 'invalid_api_key' });
      expect(presumed.at(-1)).toEqual({
        kind: 'key',
        tenant: acme,
        subject: key_id,
        plan: 'pro',
        limits: { searches: 7 },
        usageIdentifier: 'identifier-of-acme',
      });
    });

    it('works if it was made after the revocation, or if another person was revoked', async () => {
      const { byKey, revocations } = await setUp({ key: { responsible } });
      await revocations.revoke(person.issuer, person.subject, secondsLater(-60));
      await revocations.revoke(person.issuer, 'person-2', secondsLater(60));
      await revocations.revoke('https://other.example', person.subject, secondsLater(60));
      expect(await byKey()).toMatchObject({ kind: 'key' });
    });

    it('is refused if revocations cannot be read, and costs other keys no read', async () => {
      const down = () => Promise.reject(new Problem('dependency_unavailable', 'no'));
      const made = await setUp({ key: { responsible } });
      const revocations = { ...made.revocations, isRevoked: down };
      const identify = identifyByKey({ ...made.ports, revocations });
      await expect(identify({ key: made.secret }, () => {})).rejects.toMatchObject({
        code: 'dependency_unavailable',
      });
      const other = await setUp();
      const identifyOther = identifyByKey({ ...other.ports, revocations });
      expect(await identifyOther({ key: other.secret }, () => {})).toMatchObject({ kind: 'key' });
    });
  });

  it('is refused if it is unknown, or if the store returns another key', async () => {
    const { byKey, ports, presumed, key } = await setUp();
    await expect(byKey(undefined, 'dl_live_x_y')).rejects.toMatchObject({ code: 'invalid_api_key' });
    const tenant = await ports.tenants.get(acme);
    if (!tenant) throw new Error('no tenant');
    const wrongStore = { ...ports.tenants, findKey: async () => ({ key, tenant }) };
    const identify = identifyByKey({ ...ports, tenants: wrongStore });
    await expect(identify({ key: 'dl_live_x_y' }, () => {})).rejects.toMatchObject({
      code: 'invalid_api_key',
    });
    expect(presumed).toEqual([]);
  });

  it('has its last use recorded at most once a minute', async () => {
    const { byKey, tenants } = await setUp();
    await byKey();
    expect((await tenants.listKeys(acme))[0]?.last_used_at).toBe(NOW.toISOString());
    const recent = new Date(NOW.getTime() - 59_000).toISOString();
    const busy = await setUp({ key: { last_used_at: recent } });
    await busy.byKey();
    expect((await busy.tenants.listKeys(acme))[0]?.last_used_at).toBe(recent);
  });

  it('works even if its use cannot be recorded', async () => {
    const { ports, secret, warnings } = await setUp();
    const tenants = { ...ports.tenants, noteKeyUse: () => Promise.reject(new Error('busy')) };
    const caller = await identifyByKey({ ...ports, tenants })({ key: secret }, () => {});
    expect(caller).toMatchObject({ tenant: acme });
    expect(warnings).toHaveLength(1);
  });
});

describe('an API key and a person’s token', () => {
  it('grant the token’s scopes, not the key’s', async () => {
    const { byKey } = await setUp();
    expect(await byKey('Bearer person')).toEqual({
      kind: 'person',
      tenant: acme,
      plan: 'pro',
      limits: { searches: 7 },
      usageIdentifier: 'identifier-of-acme',
      settings: { keeper_rule: 'age' },
      scopes: ['deeplens.search'],
      role: 'Viewer',
      subject: 'person-1',
      issuer: person.issuer,
      key: expect.stringMatching(/^key_/),
    });
  });

  it('are refused from a page that the key does not allow', async () => {
    const key: Partial<ApiKey> = {
      kind: 'publishable',
      scopes: [],
      allowed_origins: ['https://app.example'],
    };
    const { ports, secret } = await setUp({ key });
    const from = (origin?: string) => {
      const credential = { key: secret, authorization: 'Bearer person', origin };
      return identifyByKey(ports)(credential, () => {});
    };
    expect(await from('https://app.example')).toMatchObject({ kind: 'person' });
    await expect(from('https://evil.example')).rejects.toMatchObject({ code: 'origin_not_allowed' });
    await expect(from()).rejects.toMatchObject({ code: 'origin_not_allowed' });
  });

  it('grant scopes to a publishable key, which has none by itself', async () => {
    const { byKey } = await setUp({ key: { kind: 'publishable', scopes: [] } });
    expect((await byKey()).scopes).toEqual([]);
    expect((await byKey('Bearer person')).scopes).toEqual(['deeplens.search']);
  });

  it('must belong to the same tenant', async () => {
    const { byKey, presumed } = await setUp();
    await expect(byKey('Bearer stranger')).rejects.toMatchObject({ code: 'tenant_mismatch' });
    // The refused call was directed at this tenant.
    expect(presumed.at(-1)).toMatchObject({ kind: 'person', tenant: acme, subject: 'person-1' });
  });

  it('are refused if the token is invalid or revoked, whatever the key’s scopes', async () => {
    const { byKey, revocations } = await setUp();
    await expect(byKey('Bearer bad')).rejects.toMatchObject({ code: 'unauthenticated' });
    await expect(byKey('Basic person')).rejects.toMatchObject({ code: 'unauthenticated' });
    await expect(byKey('')).rejects.toMatchObject({ code: 'unauthenticated' });
    await revocations.revoke(person.issuer, person.subject, NOW);
    await expect(byKey('Bearer person')).rejects.toMatchObject({
      code: 'unauthenticated',
      message: expect.stringContaining('revoked'),
    });
  });
});

describe('a token alone, on the data plane', () => {
  const ofAcme = {
    ...{ kind: 'person', tenant: acme, plan: 'pro', limits: { searches: 7 }, role: 'Viewer' },
    ...{ usageIdentifier: 'identifier-of-acme', subject: 'person-1' },
  };

  it('identifies a person of the tenant that it names, with the tenant’s plan, limits and settings', async () => {
    const { byTenantToken, presumed } = await setUp();
    expect(await byTenantToken('Bearer person')).toEqual({
      ...{ ...ofAcme, settings: { keeper_rule: 'age' }, scopes: ['deeplens.search'], issuer: person.issuer },
    });
    expect(presumed).toEqual([ofAcme]);
  });

  it.each(['nowhere', 'stranger', 'nobody'])(
    'is refused if it names no tenant, and is recorded for none: %s',
    async (name) => {
      const { byTenantToken, presumed } = await setUp();
      await expect(byTenantToken(`Bearer ${name}`)).rejects.toMatchObject({
        code: 'unauthenticated',
        message: expect.stringContaining('belongs to no tenant'),
      });
      expect(presumed).toEqual([{ kind: 'person', subject: 'person-1', role: 'Viewer' }]);
    },
  );

  it.each(['creating', 'purging'] as const)(
    'is refused while the tenant is %s, and leaves nothing with it',
    async (state) => {
      const { ports, presumed } = await setUp();
      const get = async () => {
        const tenant = await ports.tenants.get(acme);
        return tenant && { ...tenant, state };
      };
      const identify = identifyByTenantToken({ ...ports, tenants: { ...ports.tenants, get } });
      await expect(identify('Bearer person', (caller) => presumed.push(caller))).rejects.toMatchObject({
        code: 'unauthenticated',
      });
      expect(presumed).toEqual([{ kind: 'person', subject: 'person-1', role: 'Viewer' }]);
    },
  );

  it('is refused if the tenant is suspended, or the person was revoked, as one of the tenant', async () => {
    const suspended = await setUp({ state: 'suspended' });
    await expect(suspended.byTenantToken('Bearer person')).rejects.toMatchObject({
      code: 'tenant_suspended',
    });
    expect(suspended.presumed).toEqual([ofAcme]);
    const { byTenantToken, revocations, presumed } = await setUp();
    await revocations.revoke(person.issuer, person.subject, NOW);
    await expect(byTenantToken('Bearer person')).rejects.toMatchObject({
      code: 'unauthenticated',
      message: expect.stringContaining('revoked'),
    });
    expect(presumed).toEqual([ofAcme]);
  });

  it('is refused if it is not valid, is no bearer token, or cannot be looked up', async () => {
    const { byTenantToken, ports, presumed } = await setUp();
    await expect(byTenantToken('Bearer bad')).rejects.toMatchObject({ code: 'unauthenticated' });
    await expect(byTenantToken('Basic person')).rejects.toMatchObject({ code: 'unauthenticated' });
    const down = () => Promise.reject(new Problem('dependency_unavailable', 'no'));
    for (const broken of [
      { ...ports, tenants: { ...ports.tenants, get: down } },
      { ...ports, revocations: { ...ports.revocations, isRevoked: down } },
    ])
      await expect(identifyByTenantToken(broken)('Bearer person', () => {})).rejects.toMatchObject({
        code: 'dependency_unavailable',
      });
    expect(presumed).toEqual([]);
  });

  it('does not take a SystemAdmin beyond the tenant that its token names', async () => {
    const { byTenantToken } = await setUp();
    expect(await byTenantToken('Bearer operator')).toMatchObject({ kind: 'person', tenant: acme });
  });
});

describe('a token alone, on the admin plane', () => {
  it('with the role SystemAdmin identifies an operator, without a tenant', async () => {
    const { byToken } = await setUp();
    expect(await byToken('bearer operator')).toEqual({
      kind: 'operator',
      scopes: ['deeplens.admin'],
      role: 'SystemAdmin',
      subject: 'op',
      issuer: person.issuer,
    });
  });

  it('without that role identifies a person', async () => {
    const { byToken } = await setUp();
    expect(await byToken('Bearer person')).toMatchObject({ kind: 'person', role: 'Viewer', tenant: acme });
  });

  it('is refused if it was issued before a revocation', async () => {
    const { byToken, revocations, presumed } = await setUp();
    await revocations.revoke(person.issuer, person.subject, new Date((ISSUED_AT - 1) * 1000));
    await byToken('Bearer person');
    await revocations.revoke(person.issuer, person.subject, NOW);
    await expect(byToken('Bearer person')).rejects.toMatchObject({ code: 'unauthenticated' });
    expect(presumed.at(-1)).toMatchObject({ kind: 'person', subject: 'person-1' });
  });

  it('is refused if revocations cannot be read', async () => {
    const { ports } = await setUp();
    const revocations = {
      ...ports.revocations,
      isRevoked: () => Promise.reject(new Problem('dependency_unavailable', 'no')),
    };
    await expect(identifyByToken({ ...ports, revocations })('Bearer person', () => {})).rejects.toMatchObject(
      { code: 'dependency_unavailable' },
    );
  });
});
