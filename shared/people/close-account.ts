import type { Revocations } from '#shared/identity/revocations.ts';
import type { TenantId } from '#shared/kernel/ids.ts';
import type { Person } from './person.ts';
import type { UserDirectory } from './user-directory.ts';

export interface AccountPorts {
  directory: Pick<UserDirectory, 'remove'>;
  revocations: Pick<Revocations, 'revoke'>;
  /** The `iss` of the directory's tokens. */
  issuer: string;
  now?: () => Date;
}

/** Deletes a person's account, and ends its tokens. Idempotent. */
export const closeAccount =
  ({ directory, revocations, issuer, now = () => new Date() }: AccountPorts) =>
  async (tenant: TenantId, { subject }: Pick<Person, 'subject'>): Promise<void> => {
    if (subject === undefined) return;
    await directory.remove(tenant, subject);
    await revocations.revoke(issuer, subject, now());
  };
