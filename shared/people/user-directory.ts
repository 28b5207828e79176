import type { MemberRole } from '#shared/kernel/access.ts';
import type { TenantId } from '#shared/kernel/ids.ts';

/** An account of a person. */
export interface Account {
  /** The `sub` of its tokens. */
  subject: string;
  /** False if the tenant had it before. */
  isNew: boolean;
}

/** The accounts that people sign in with. Each belongs to one tenant; an address has at most one account. */
export interface UserDirectory {
  /**
   * Creates an account without a role, and mails the invitation. Returns the tenant's existing account of the address.
   * @returns undefined if the address has an account of another tenant, or of the operator
   * @throws Problem `invalid_request` if the directory does not accept the address; `dependency_unavailable`
   */
  create(tenant: TenantId, person: { email: string; name?: string }): Promise<Account | undefined>;
  /**
   * Sets what the next tokens of an account allow, and whether there are any. Idempotent.
   * @returns false if the tenant has no such account
   * @throws Problem `dependency_unavailable`
   */
  set(tenant: TenantId, subject: string, access: { role: MemberRole; enabled: boolean }): Promise<boolean>;
  /** Deletes an account of the tenant. Idempotent. @throws Problem `dependency_unavailable` */
  remove(tenant: TenantId, subject: string): Promise<void>;
}
