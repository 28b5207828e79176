import { describe, expect, it } from 'vitest';
import { newStorageId, tenantId } from '#shared/kernel/ids.ts';
import { cachedSecrets, SECRET_CACHE_SECONDS } from '#shared/secrets/cached-secrets.ts';
import type { SecretPath } from '#shared/secrets/secret-store.ts';
import { memorySecretStore } from '../../memory/secret-store.ts';

const [acme, other] = [tenantId('acme'), tenantId('other')];
const path: SecretPath = `storage/${newStorageId()}`;

function counted() {
  const secrets = memorySecretStore();
  const asked: string[] = [];
  let now = 0;
  const cached = cachedSecrets(
    {
      get(tenant, path) {
        asked.push(`${tenant}/${path}`);
        return secrets.get(tenant, path);
      },
    },
    () => now,
  );
  return { secrets, cached, asked, pass: (seconds: number) => (now += seconds * 1000) };
}

describe('cached secrets', () => {
  it('are read once in five minutes, also by calls at once', async () => {
    const { secrets, cached, asked, pass } = counted();
    await secrets.put(acme, path, 'old');
    expect(await Promise.all([1, 2, 3].map(() => cached.get(acme, path)))).toEqual(['old', 'old', 'old']);
    await secrets.put(acme, path, 'new');
    pass(SECRET_CACHE_SECONDS - 1);
    expect(await cached.get(acme, path)).toBe('old');
    expect(asked).toHaveLength(1);
    pass(1);
    expect(await cached.get(acme, path)).toBe('new');
    expect(SECRET_CACHE_SECONDS).toBeLessThanOrEqual(300);
  });

  it('are apart by tenant', async () => {
    const { secrets, cached } = counted();
    await secrets.put(acme, path, 'of acme');
    expect(await cached.get(acme, path)).toBe('of acme');
    expect(await cached.get(other, path)).toBeUndefined();
  });

  it('are not remembered as absent', async () => {
    const { secrets, cached } = counted();
    expect(await cached.get(acme, path)).toBeUndefined();
    await secrets.put(acme, path, 'now');
    expect(await cached.get(acme, path)).toBe('now');
  });

  it('are read again after a failure', async () => {
    let fails = true;
    const cached = cachedSecrets({
      async get() {
        if (fails) throw new Error('away');
        return 'value';
      },
    });
    await expect(cached.get(acme, path)).rejects.toThrow('away');
    fails = false;
    expect(await cached.get(acme, path)).toBe('value');
  });

  it('are bounded in number', async () => {
    const { secrets, cached, asked } = counted();
    const paths = Array.from({ length: 1_001 }, (): SecretPath => `storage/${newStorageId()}`);
    for (const each of paths) await secrets.put(acme, each, 'x');
    for (const each of paths) await cached.get(acme, each);
    const [first, second] = paths;
    if (!first || !second) throw new Error('no paths');
    await cached.get(acme, second);
    expect(asked).toHaveLength(1_001);
    await cached.get(acme, first);
    expect(asked).toHaveLength(1_002);
  });
});
