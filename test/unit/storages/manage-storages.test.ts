import { describe, expect, it } from 'vitest';
import type { Probe } from '#shared/connectors/connector.ts';
import type { Connectors } from '#shared/connectors/connectors.ts';
import type { Credentials } from '#shared/connectors/credentials.ts';
import { newJobId, newStorageId, tenantId } from '#shared/kernel/ids.ts';
import { Problem } from '#shared/kernel/problems.ts';
import { MAX_STORAGES, manageStorages } from '#shared/storages/manage-storages.ts';
import { memoryConnectors } from '../../memory/connectors.ts';
import { memorySecretStore } from '../../memory/secret-store.ts';
import { memoryStorageStore } from '../../memory/storage-store.ts';

const [acme, other] = [tenantId('acme'), tenantId('other')];
const KEYS: Credentials = { access_key_id: 'AKIA', secret_access_key: 'of-the-tenant' };
const NEW_KEYS: Credentials = { access_key_id: 'AKIB', secret_access_key: 'replaced' };
const NOW = new Date('2026-11-02T10:00:00.000Z');
const DENIED = new Problem('storage_access_denied', 'The bucket refuses the list: AccessDenied.');

const bucket = (name: string) => ({
  ...{ name, prefix: '', include: [], exclude: [], on_missing: 'keep' as const },
  ...{ type: 's3' as const, config: { bucket: name, region: 'eu-central-1' }, credentials: KEYS },
});
const role = (name: string, external_id: string) => {
  const { credentials: _, ...rest } = bucket(name);
  const role_arn = 'arn:aws:iam::123456789012:role/reader';
  return { ...rest, config: { ...rest.config, role_arn, external_id } };
};

function world() {
  const storages = memoryStorageStore();
  const secrets = memorySecretStore();
  const memory = memoryConnectors();
  const tried: { tenant: string; credentials: Credentials | undefined }[] = [];
  const faults: { probe?: () => Promise<Probe> | Probe } = {};
  const connectors: Connectors = {
    async open(tenant, location, credentials, session) {
      tried.push({ tenant, credentials: await credentials() });
      if (faults.probe) memory.storage(tenant, location.storage_id).faults.probe = faults.probe;
      return memory.open(tenant, location, credentials, session);
    },
  };
  const manage = manageStorages({ storages, secrets, connectors, timeoutSeconds: 0.05, now: () => NOW });
  return { storages, secrets, manage, tried, faults };
}

describe('adding a location', () => {
  it('tries it, keeps its credentials apart, and schedules it', async () => {
    const { storages, secrets, manage, tried } = world();
    const input = { ...bucket('pictures'), schedule: { every_hours: 24 } };
    const { location, checked } = await manage.add(acme, input);
    expect(checked).toMatchObject({ list: true });
    expect(tried).toEqual([{ tenant: acme, credentials: KEYS }]);
    const stored = await storages.get(acme, location.storage_id);
    expect(stored).toEqual(location);
    expect(JSON.stringify(stored)).not.toContain('of-the-tenant');
    expect(Date.parse(stored?.next_scan_at ?? '')).toBeGreaterThan(NOW.getTime());
    const secret = await secrets.get(acme, `storage/${location.storage_id}`);
    expect(JSON.parse(secret ?? '')).toEqual(KEYS);
  });

  it('stores nothing of one that cannot be read', async () => {
    const { storages, secrets, manage, faults } = world();
    faults.probe = () => Promise.reject(DENIED);
    await expect(manage.add(acme, bucket('pictures'))).rejects.toBe(DENIED);
    expect(await storages.list(acme)).toEqual([]);
    expect(await secrets.count(acme)).toBe(0);
  });

  it('gives up on one that does not answer', async () => {
    const { manage, faults } = world();
    faults.probe = () => new Promise(() => {});
    const added = manage.add(acme, bucket('pictures'));
    await expect(added).rejects.toMatchObject({ code: 'storage_unreachable' });
  });

  it('refuses a bucket and prefix that the tenant has, before it is tried', async () => {
    const { manage, secrets, tried } = world();
    const { location } = await manage.add(acme, bucket('pictures'));
    const again = manage.add(acme, { ...bucket('pictures'), name: 'again' });
    await expect(again).rejects.toMatchObject({
      code: 'conflict',
      message: expect.stringContaining(location.storage_id),
    });
    expect(tried).toHaveLength(1);
    expect(await secrets.removeSome(acme)).toBe(1);
  });

  it('removes the credentials where another call was first, or there is no room', async () => {
    const { manage, secrets, storages } = world();
    const outcomes = await Promise.allSettled([1, 2, 3].map(() => manage.add(acme, bucket('pictures'))));
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect(await secrets.removeSome(acme)).toBe(1);
    for (let count = 1; count < MAX_STORAGES; count++) await manage.add(acme, bucket(`pictures-${count}`));
    const beyond = manage.add(acme, bucket('one-more'));
    await expect(beyond).rejects.toMatchObject({ code: 'conflict', message: expect.stringContaining('100') });
    expect(await storages.list(acme)).toHaveLength(MAX_STORAGES);
    expect(await secrets.removeSome(acme)).toBe(MAX_STORAGES - 1);
  });

  it('keeps the credentials where it is unknown whether the location was stored', async () => {
    const { storages, secrets, manage } = world();
    const add = storages.add;
    storages.add = async (...input) => {
      await add(...input);
      throw new Problem('dependency_unavailable', 'The database does not answer.');
    };
    const added = manage.add(acme, { ...bucket('pictures'), repeatKey: 'r' });
    await expect(added).rejects.toMatchObject({ code: 'dependency_unavailable' });
    storages.add = add;
    const { location } = await manage.add(acme, { ...bucket('pictures'), repeatKey: 'r' });
    expect(await storages.list(acme)).toEqual([location]);
    expect(await secrets.get(acme, `storage/${location.storage_id}`)).toBeDefined();
    expect(await secrets.removeSome(acme)).toBe(1);
  });

  it('takes a role with an external id that was issued to the tenant and is free, and tries no other', async () => {
    const { manage, secrets, tried } = world();
    const external_id = await manage.issueExternalId(acme);
    expect(external_id).toMatch(/^dlx_[\w-]{43}$/);
    const refused = { code: 'invalid_request', errors: [{ pointer: '/config/external_id' }] };
    await expect(manage.add(other, role('pictures', external_id))).rejects.toMatchObject(refused);
    await expect(manage.add(acme, role('pictures', 'dlx_own'))).rejects.toMatchObject(refused);
    expect(tried).toEqual([]);
    await manage.add(acme, role('pictures', external_id));
    expect(tried).toEqual([{ tenant: acme, credentials: undefined }]);
    expect(await secrets.count(acme)).toBe(0);
    await expect(manage.add(acme, role('more', external_id))).rejects.toMatchObject(refused);
    expect(tried).toHaveLength(1);
  });
});

describe('testing a location', () => {
  it('uses the stored credentials', async () => {
    const { manage, tried } = world();
    const { location } = await manage.add(acme, bucket('pictures'));
    expect(await manage.test(acme, location.storage_id)).toMatchObject({ list: true });
    expect(tried.at(-1)).toEqual({ tenant: acme, credentials: KEYS });
    await expect(manage.test(other, location.storage_id)).rejects.toMatchObject({ code: 'not_found' });
  });

  it('says what is wrong with the secret, and not what it is', async () => {
    const { manage, secrets } = world();
    const { location } = await manage.add(acme, bucket('pictures'));
    for (const value of ['{"secret_access_key": "of-the-tenant"}', 'of-the-tenant {']) {
      await secrets.put(acme, `storage/${location.storage_id}`, value);
      const error = await manage.test(acme, location.storage_id).catch((error: unknown) => error);
      if (!(error instanceof Problem)) throw new Error('must be a Problem');
      expect(error.code).toBe('internal_error');
      expect(error.cause).toBeUndefined();
      expect(error.message).not.toContain('of-the-tenant');
    }
  });
});

describe('changing a location', () => {
  it('tries new credentials before they replace the old ones', async () => {
    const { manage, tried, faults } = world();
    const { location } = await manage.add(acme, bucket('pictures'));
    faults.probe = () => Promise.reject(DENIED);
    const failed = manage.change(acme, location.storage_id, { credentials: NEW_KEYS, name: 'new' });
    await expect(failed).rejects.toBe(DENIED);
    faults.probe = () => ({ list: true, read: true, trust: 'not_applicable' });
    await manage.test(acme, location.storage_id);
    expect(tried.at(-1)?.credentials).toEqual(KEYS);
    expect((await manage.find(acme, location.storage_id)).name).toBe('pictures');
    const { after } = await manage.change(acme, location.storage_id, { credentials: NEW_KEYS });
    expect(JSON.stringify(after)).not.toContain('replaced');
    await manage.test(acme, location.storage_id);
    expect(tried.at(-1)?.credentials).toEqual(NEW_KEYS);
  });

  it('refuses credentials of another type, and of a role', async () => {
    const { manage, tried } = world();
    const { location } = await manage.add(acme, bucket('pictures'));
    const external = await manage.add(acme, role('others', await manage.issueExternalId(acme)));
    const refused = { code: 'invalid_request', errors: [{ pointer: '/credentials' }] };
    const sas = manage.change(acme, location.storage_id, { credentials: { sas_token: 'sv=1' } });
    await expect(sas).rejects.toMatchObject(refused);
    const keys = manage.change(acme, external.location.storage_id, { credentials: KEYS });
    await expect(keys).rejects.toMatchObject(refused);
    expect(tried).toHaveLength(2);
  });

  it('sets and removes the schedule, and the days with the rule that has them', async () => {
    const { manage } = world();
    const { location } = await manage.add(acme, bucket('pictures'));
    const { storage_id } = location;
    const change = { schedule: { every_hours: 6 }, on_missing: 'delete_after_days', days: 30 } as const;
    const { before, after } = await manage.change(acme, storage_id, change);
    expect(before).toEqual(location);
    expect(after).toMatchObject(change);
    expect(after.next_scan_at).toBeDefined();
    const { after: kept } = await manage.change(acme, storage_id, { name: 'new' });
    expect(kept).toMatchObject({ ...change, name: 'new' });
    const removed = await manage.change(acme, storage_id, { schedule: null, on_missing: 'hide' });
    expect(removed.after).toEqual({ ...location, name: 'new', on_missing: 'hide' });
  });

  it('leaves no secret of a location that is removed meanwhile', async () => {
    const { manage, storages, secrets, faults } = world();
    const { location } = await manage.add(acme, bucket('pictures'));
    const { storage_id } = location;
    faults.probe = async () => {
      await storages.beginRemoval(acme, storage_id, newJobId());
      await secrets.remove(acme, `storage/${storage_id}`);
      await storages.remove(acme, storage_id);
      return { list: true, read: true, trust: 'not_applicable' };
    };
    const changed = manage.change(acme, storage_id, { credentials: NEW_KEYS });
    await expect(changed).rejects.toMatchObject({ code: 'not_found' });
    expect(await secrets.count(acme)).toBe(0);
  });

  it('is refused while it is being removed, and of another tenant', async () => {
    const { manage, storages, tried } = world();
    const { location } = await manage.add(acme, bucket('pictures'));
    const change = (tenant: typeof acme) =>
      manage.change(tenant, location.storage_id, { credentials: NEW_KEYS });
    await expect(change(other)).rejects.toMatchObject({ code: 'not_found' });
    await storages.beginRemoval(acme, location.storage_id, newJobId());
    await expect(change(acme)).rejects.toMatchObject({ code: 'conflict' });
    await expect(manage.test(acme, location.storage_id)).rejects.toMatchObject({ code: 'conflict' });
    await expect(manage.find(acme, newStorageId())).rejects.toMatchObject({ code: 'not_found' });
    expect(tried).toHaveLength(1);
  });
});
