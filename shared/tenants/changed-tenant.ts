import { Problem } from '#shared/kernel/problems.ts';
import type { TenantState } from '#shared/kernel/vocabulary.ts';
import type { Tenant } from './tenant.ts';
import type { TenantChange } from './tenant-store.ts';

/** The states in which a tenant can be changed: the others have work of ours going on. */
export const CHANGEABLE = ['active', 'suspended'] as const satisfies readonly TenantState[];

/** The fields that a change gives. */
export const given = <Change extends object>(change: Change): [string, unknown][] =>
  Object.entries(change).filter(([, value]) => value !== undefined);

/** The tenant after the change: settings are merged, all else is replaced. */
export const changed = (before: Tenant, { settings, ...change }: TenantChange): Tenant => ({
  ...before,
  ...Object.fromEntries(given(change)),
  ...(settings && { settings: { ...before.settings, ...Object.fromEntries(given(settings)) } }),
});

/** Why a tenant in this state is not changed. */
export const notChangeable = ({ tenant_id, state }: Tenant): Problem =>
  new Problem(
    'conflict',
    state === 'creating'
      ? `The tenant ${tenant_id} is being created. Repeat its creation first.`
      : `The tenant ${tenant_id} is being removed.`,
  );
