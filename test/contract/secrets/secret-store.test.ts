import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { describe, expect, it } from 'vitest';
import { newStorageId, tenantId } from '#shared/kernel/ids.ts';
import type { SecretPath, SecretStore } from '#shared/secrets/secret-store.ts';
import { secretsManagerStore } from '#shared/secrets/secretsmanager-secret-store.ts';
import { memorySecretStore } from '../../memory/secret-store.ts';
import { emulator, uniqueName } from '../emulator.ts';

const kinds: [string, () => SecretStore][] = [
  ['in memory', memorySecretStore],
  [
    'in Secrets Manager',
    () => secretsManagerStore({ prefix: 'deeplens/test/t/', client: new SecretsManagerClient(emulator()) }),
  ],
];

const newTenant = () => tenantId(uniqueName('tenant'));
const pathOf = (): SecretPath => `storage/${newStorageId()}`;

describe.each(kinds)('secrets %s', (_, open) => {
  it('are read by their tenant and path alone', async () => {
    const secrets = open();
    const [tenant, other, path] = [newTenant(), newTenant(), pathOf()];
    await secrets.put(tenant, path, 'the secret');
    expect(await secrets.get(tenant, path)).toBe('the secret');
    expect(await secrets.get(tenant, pathOf())).toBeUndefined();
    expect(await secrets.get(other, path)).toBeUndefined();
    await secrets.remove(other, path);
    expect(await secrets.removeSome(other)).toBe(0);
    expect(await secrets.get(tenant, path)).toBe('the secret');
  });

  it('are replaced', async () => {
    const secrets = open();
    const [tenant, path] = [newTenant(), pathOf()];
    for (const value of ['first', 'second', 'second']) {
      await secrets.put(tenant, path, value);
      expect(await secrets.get(tenant, path)).toBe(value);
    }
    expect(await secrets.removeSome(tenant)).toBe(1);
  });

  it('are removed at once, and can be made again', async () => {
    const secrets = open();
    const [tenant, path] = [newTenant(), pathOf()];
    await secrets.put(tenant, path, 'first');
    for (const time of [1, 2]) {
      await secrets.remove(tenant, path);
      expect(await secrets.get(tenant, path), `removed ${time} times`).toBeUndefined();
    }
    await secrets.put(tenant, path, 'second');
    expect(await secrets.get(tenant, path)).toBe('second');
  });

  it('of a tenant are all removed, slice by slice, and none of a tenant whose id begins alike', async () => {
    const secrets = open();
    const tenant = newTenant();
    const [longer, around] = [tenantId(`${tenant}-2`), tenantId(`x${tenant}`)];
    const paths: SecretPath[] = ['webhook/wh_1', ...Array.from({ length: 24 }, pathOf)];
    for (const path of paths) await secrets.put(tenant, path, 'x');
    for (const other of [longer, around]) await secrets.put(other, 'webhook/wh_1', 'other');
    expect(await secrets.count(tenant)).toBeGreaterThan(0);
    let removed = 0;
    for (let more = -1; more !== 0; removed += more) more = await secrets.removeSome(tenant);
    expect(removed).toBe(paths.length);
    expect(await secrets.count(tenant)).toBe(0);
    for (const other of [longer, around]) expect(await secrets.get(other, 'webhook/wh_1')).toBe('other');
    await secrets.removeSome(longer);
    await secrets.removeSome(around);
  });
});
