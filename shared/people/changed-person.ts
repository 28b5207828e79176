import type { TenantId } from '#shared/kernel/ids.ts';
import { Problem } from '#shared/kernel/problems.ts';
import type { PersonChange } from './people-store.ts';
import type { Person } from './person.ts';

/** Returns the person with the change applied. */
export const changedPerson = (before: Person, change: PersonChange): Person => ({ ...before, ...change });

export const lastAdmin = ({ user_id }: Person): Problem =>
  new Problem('conflict', `${user_id} is the tenant’s last Admin. Make another person an Admin first.`);

export const notActive = (tenant: TenantId): Problem =>
  new Problem('conflict', `The tenant ${tenant} is not active.`);
