import type { TenantId } from '#shared/kernel/ids.ts';
import type { SecretStore } from '#shared/secrets/secret-store.ts';

/** Secrets in memory, for tests. */
export function memorySecretStore(): SecretStore {
  const secrets = new Map<string, string>();
  const nameOf = (tenant: TenantId, path: string) => `${tenant}/${path}`;
  const of = (tenant: TenantId) => [...secrets.keys()].filter((name) => name.startsWith(`${tenant}/`));
  return {
    async put(tenant, path, value) {
      secrets.set(nameOf(tenant, path), value);
    },
    async get(tenant, path) {
      return secrets.get(nameOf(tenant, path));
    },
    async remove(tenant, path) {
      secrets.delete(nameOf(tenant, path));
    },
    async removeSome(tenant) {
      const names = of(tenant);
      for (const name of names) secrets.delete(name);
      return names.length;
    },
    async count(tenant) {
      return of(tenant).length;
    },
  };
}
