import { describe, expect, it } from 'vitest';
import { type MemberRole, ROLE_SCOPES, SCOPES } from '#shared/kernel/access.ts';
import { newJobId, newKeyId, type TenantId, tenantId } from '#shared/kernel/ids.ts';
import { MAX_PEOPLE, managePeople } from '#shared/people/manage-people.ts';
import { userIdFor } from '#shared/people/person.ts';
import type { UserDirectory } from '#shared/people/user-directory.ts';
import { memoryPeopleStore } from '../../memory/people-store.ts';
import { memoryRevocations } from '../../memory/revocations.ts';
import { memoryTenantStore } from '../../memory/tenant-store.ts';
import { memoryUserDirectory } from '../../memory/user-directory.ts';

const ACME = tenantId('acme');
const OTHER = tenantId('other');
const ISSUER = 'https://pool.test';
const KEY = { kind: 'key' as const, subject: 'key_1', scopes: SCOPES };
const NOW = new Date('2026-11-29T09:00:00.000Z');
const SECONDS = NOW.getTime() / 1000;
const EMAIL = 'ada@acme.test';

async function worldOf(fault: { at?: keyof UserDirectory } = {}) {
  const tenants = memoryTenantStore();
  for (const tenant_id of [ACME, OTHER]) {
    const first_key_id = newKeyId();
    const created_at = NOW.toISOString();
    await tenants.reserve({ tenant_id, name: 'A', plan: 'free', state: 'active', created_at, first_key_id });
  }
  const people = memoryPeopleStore(tenants);
  const accounts = memoryUserDirectory();
  const failing = (method: keyof UserDirectory) => {
    if (fault.at === method) throw new Error(`no ${method}`);
  };
  const directory: UserDirectory = {
    async create(...given) {
      failing('create');
      return accounts.create(...given);
    },
    async set(...given) {
      failing('set');
      return accounts.set(...given);
    },
    async remove(...given) {
      failing('remove');
      return accounts.remove(...given);
    },
  };
  const revocations = memoryRevocations();
  const manage = managePeople({ people, directory, revocations, issuer: ISSUER, now: () => NOW });
  const isRevoked = (subject = '') => revocations.isRevoked(ISSUER, subject, SECONDS);
  const invite = (role: MemberRole, email = EMAIL, tenant: TenantId = ACME) =>
    manage.invite(tenant, { email, role }, KEY);
  return {
    tenants,
    people,
    accounts: accounts.accounts,
    directory: accounts,
    manage,
    invite,
    isRevoked,
    fault,
  };
}

describe('an invitation', () => {
  it('makes a person with an account of that role', async () => {
    const { manage, people, accounts, isRevoked } = await worldOf();
    const person = await manage.invite(ACME, { email: EMAIL, role: 'Uploader', name: 'Ada' }, KEY);
    expect(person).toEqual({
      ...{ user_id: userIdFor(ACME, EMAIL), tenant_id: ACME, email: EMAIL, name: 'Ada' },
      ...{ role: 'Uploader', state: 'active', subject: `sub of ${EMAIL}`, created_at: NOW.toISOString() },
      invited_by: { kind: 'key', subject: 'key_1' },
    });
    expect(await people.get(ACME, person.user_id)).toEqual(person);
    const account = { tenant: ACME, email: EMAIL, role: 'Uploader', enabled: true };
    expect([...accounts.values()]).toEqual([account]);
    expect(await isRevoked(person.subject)).toBe(false);
  });

  it('of a known address is a conflict with the id, and changes nothing', async () => {
    const { invite, people, accounts } = await worldOf();
    const before = await invite('Viewer');
    const conflict = { code: 'conflict', members: { existing_user_id: before.user_id } };
    await expect(invite('Admin')).rejects.toMatchObject(conflict);
    expect(await people.get(ACME, before.user_id)).toEqual(before);
    expect([...accounts.values()]).toMatchObject([{ role: 'Viewer' }]);
  });

  it('of another tenant’s address is a conflict without an id, and leaves no record', async () => {
    const { invite, people, accounts } = await worldOf();
    await invite('Viewer', EMAIL, OTHER);
    const refused = await invite('Admin').catch((error: unknown) => error);
    expect(refused).toMatchObject({ code: 'conflict', members: {} });
    expect((await people.list(ACME, { limit: 10 })).items).toEqual([]);
    expect([...accounts.values()]).toMatchObject([{ tenant: OTHER, role: 'Viewer' }]);
  });

  it('of an address that the directory refuses leaves no record', async () => {
    const { invite, people } = await worldOf();
    await expect(invite('Viewer', 'a@refused.test')).rejects.toMatchObject({ code: 'invalid_request' });
    expect((await people.list(ACME, { limit: 10 })).items).toEqual([]);
  });

  it('gives no role that allows more than the inviter may do', async () => {
    const { manage, people } = await worldOf();
    const inviter = { ...KEY, scopes: ['deeplens.admin', 'deeplens.search'] as const };
    const refused = manage.invite(ACME, { email: EMAIL, role: 'Uploader' }, inviter);
    await expect(refused).rejects.toMatchObject({ code: 'missing_scope' });
    expect((await people.list(ACME, { limit: 10 })).items).toEqual([]);
    expect((await manage.invite(ACME, { email: EMAIL, role: 'Viewer' }, inviter)).role).toBe('Viewer');
  });

  it.each(['create', 'set'] as const)('that ends at %s is completed by the next', async (at) => {
    const { manage, people, accounts, fault } = await worldOf();
    const call = (role: MemberRole) =>
      manage.invite(ACME, { email: EMAIL, role, repeatKey: 'same call' }, KEY);
    fault.at = at;
    await expect(call('Viewer')).rejects.toThrow(`no ${at}`);
    delete fault.at;
    const person = await call('Viewer');
    expect(person.state).toBe('active');
    expect(await people.get(ACME, person.user_id)).toEqual(person);
    expect([...accounts.values()]).toMatchObject([{ role: 'Viewer', enabled: true }]);
  });

  it('takes the role of the call that completes it, and an account of before', async () => {
    const { invite, accounts, directory, fault, isRevoked } = await worldOf();
    await directory.create(ACME, { email: EMAIL });
    fault.at = 'create';
    await expect(invite('Admin')).rejects.toThrow();
    delete fault.at;
    const { role, subject } = await invite('Viewer');
    expect(role).toBe('Viewer');
    expect([...accounts.values()]).toMatchObject([{ role: 'Viewer' }]);
    expect(await isRevoked(subject)).toBe(true); // the account may have had tokens
  });

  it('ends at the maximum of people', async () => {
    const { invite } = await worldOf();
    for (let at = 0; at < MAX_PEOPLE; at++) await invite('Viewer', `${at}@acme.test`);
    await expect(invite('Viewer')).rejects.toMatchObject({ code: 'conflict', message: /maximum/ });
  });
});

describe('a change', () => {
  it.each([
    ['demotion', { role: 'Viewer' as const }, { role: 'Viewer', enabled: true }, true],
    ['disabling', { disabled: true }, { role: 'Admin', enabled: false }, true],
    ['repeated role', { role: 'Admin' as const }, { role: 'Admin', enabled: true }, false],
  ])('by %s reaches the account, and ends tokens', async (_, change, expected, ends) => {
    const { manage, invite, accounts, isRevoked } = await worldOf();
    await invite('Admin', 'other@acme.test');
    const { user_id, subject = '' } = await invite('Admin');
    const { after } = await manage.change(ACME, user_id, change, KEY);
    expect(after).toMatchObject({ user_id, state: expected.enabled ? 'active' : 'disabled' });
    expect(accounts.get(subject)).toMatchObject(expected);
    expect(await isRevoked(subject)).toBe(ends);
    expect(await isRevoked('sub of other@acme.test')).toBe(false);
  });

  it('can be repeated after an interruption', async () => {
    const { manage, invite, accounts, fault, isRevoked } = await worldOf();
    const { user_id, subject = '' } = await invite('Viewer');
    fault.at = 'set';
    await expect(manage.change(ACME, user_id, { disabled: true }, KEY)).rejects.toThrow();
    delete fault.at;
    await manage.change(ACME, user_id, { disabled: true }, KEY);
    expect(accounts.get(subject)).toMatchObject({ enabled: false });
    expect(await isRevoked(subject)).toBe(true);
  });

  it('gives no more than the changer may do, and takes away without asking', async () => {
    const { manage, invite } = await worldOf();
    await invite('Admin', 'other@acme.test');
    const { user_id } = await invite('Admin');
    const weak = { ...KEY, scopes: ['deeplens.admin'] as const };
    const change = (role: MemberRole) => manage.change(ACME, user_id, { role }, weak);
    await expect(change('Viewer')).resolves.toMatchObject({ after: { role: 'Viewer' } });
    await expect(change('Admin')).rejects.toMatchObject({ code: 'missing_scope' });
    await manage.change(ACME, user_id, { disabled: true }, weak);
    const enable = manage.change(ACME, user_id, { disabled: false }, weak);
    await expect(enable).rejects.toMatchObject({ code: 'missing_scope' });
    const strong = { ...KEY, scopes: ROLE_SCOPES.Viewer };
    await expect(manage.change(ACME, user_id, { disabled: false }, strong)).resolves.toBeDefined();
  });

  it('of another tenant’s person, or of none, is not found', async () => {
    const { manage, invite, accounts } = await worldOf();
    const { user_id } = await invite('Viewer');
    const notFound = { code: 'not_found' };
    await expect(manage.change(OTHER, user_id, { disabled: true }, KEY)).rejects.toMatchObject(notFound);
    await expect(manage.remove(OTHER, user_id)).rejects.toMatchObject(notFound);
    expect([...accounts.values()]).toMatchObject([{ role: 'Viewer', enabled: true }]);
  });

  it('of a person whose account is gone is a conflict; deleting and inviting makes it anew', async () => {
    const { manage, invite, directory, accounts } = await worldOf();
    const { user_id, subject = '' } = await invite('Viewer');
    await directory.remove(ACME, subject);
    const change = manage.change(ACME, user_id, { role: 'Uploader' }, KEY);
    await expect(change).rejects.toMatchObject({ code: 'conflict' });
    await manage.remove(ACME, user_id);
    await invite('Viewer');
    expect([...accounts.values()]).toMatchObject([{ role: 'Viewer' }]);
  });
});

describe('a deletion', () => {
  it('removes the person and the account, and ends tokens', async () => {
    const { manage, invite, people, accounts, isRevoked } = await worldOf();
    const { user_id, subject } = await invite('Viewer');
    await manage.remove(ACME, user_id);
    expect(await people.get(ACME, user_id)).toBeUndefined();
    expect(accounts.size).toBe(0);
    expect(await isRevoked(subject)).toBe(true);
    await expect(manage.remove(ACME, user_id)).rejects.toMatchObject({ code: 'not_found' });
  });

  it('is refused for the last Admin, whose account stays', async () => {
    const { manage, invite, accounts } = await worldOf();
    const { user_id } = await invite('Admin');
    await expect(manage.remove(ACME, user_id)).rejects.toMatchObject({ code: 'conflict' });
    expect([...accounts.values()]).toMatchObject([{ role: 'Admin', enabled: true }]);
  });

  it('can be repeated after an interruption', async () => {
    const { manage, invite, people, accounts, fault } = await worldOf();
    await invite('Admin', 'other@acme.test');
    const { user_id } = await invite('Admin');
    fault.at = 'remove';
    await expect(manage.remove(ACME, user_id)).rejects.toThrow();
    delete fault.at;
    await manage.remove(ACME, user_id);
    expect(await people.get(ACME, user_id)).toBeUndefined();
    expect(accounts.size).toBe(1);
  });
});

it('a person whose tenant is removed meanwhile gets no account', async () => {
  const { tenants, people, accounts, directory, manage } = await worldOf();
  const create = directory.create;
  directory.create = async (...given) => {
    const made = await create(...given);
    await tenants.beginPurge(ACME, newJobId());
    for (const { user_id } of (await people.list(ACME, { limit: 10 })).items)
      await people.erase(ACME, user_id);
    return made;
  };
  const invited = manage.invite(ACME, { email: EMAIL, role: 'Admin' }, KEY);
  await expect(invited).rejects.toMatchObject({ code: 'conflict' });
  expect(accounts.size).toBe(0);
});
