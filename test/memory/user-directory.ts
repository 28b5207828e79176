import type { MemberRole } from '#shared/kernel/access.ts';
import type { TenantId } from '#shared/kernel/ids.ts';
import { Problem } from '#shared/kernel/problems.ts';
import type { UserDirectory } from '#shared/people/user-directory.ts';

interface StoredAccount {
  tenant: TenantId;
  email: string;
  role?: MemberRole;
  enabled: boolean;
}

/** Accounts in memory, for tests. Refuses addresses of `refused.test`. */
export function memoryUserDirectory(): UserDirectory & { accounts: ReadonlyMap<string, StoredAccount> } {
  const accounts = new Map<string, StoredAccount>();
  const find = (tenant: TenantId, subject: string) => {
    const account = accounts.get(subject);
    return account?.tenant === tenant ? account : undefined;
  };
  return {
    accounts,
    async create(tenant, { email }) {
      if (email.endsWith('@refused.test')) throw new Problem('invalid_request', 'not accepted');
      const subject = `sub of ${email}`;
      const existing = accounts.get(subject);
      if (existing) return existing.tenant === tenant ? { subject, isNew: false } : undefined;
      accounts.set(subject, { tenant, email, enabled: true });
      return { subject, isNew: true };
    },
    async set(tenant, subject, { role, enabled }) {
      const account = find(tenant, subject);
      if (account) accounts.set(subject, { ...account, role, enabled });
      return account !== undefined;
    },
    async remove(tenant, subject) {
      if (find(tenant, subject)) accounts.delete(subject);
    },
  };
}
