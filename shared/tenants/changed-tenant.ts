import { Problem } from '#shared/kernel/problems.ts';
import type { TenantState } from '#shared/kernel/vocabulary.ts';
import type { Tenant } from './tenant.ts';
import type { TenantChange } from './tenant-store.ts';

/** States in which a tenant can be changed; in the others a creation or a purge is running. */
export const CHANGEABLE = ['active', 'suspended'] as const satisfies readonly TenantState[];

/** Returns the defined fields of a change. */
export const given = <Change extends object>(change: Change): [string, unknown][] =>
  Object.entries(change).filter(([, value]) => value !== undefined);

/** Returns the tenant after the change: settings are merged, other fields replaced. */
export const changed = (before: Tenant, { settings, ...change }: TenantChange): Tenant => ({
  ...before,
  ...Object.fromEntries(given(change)),
  ...(settings && { settings: { ...before.settings, ...Object.fromEntries(given(settings)) } }),
});

/** Returns the problem that explains why a tenant in this state cannot be changed. */
export const notChangeable = ({ tenant_id, state }: Tenant): Problem =>
  new Problem(
    'conflict',
    state === 'creating'
      ? `The tenant ${tenant_id} is being created. Repeat its creation first.`
      : `The tenant ${tenant_id} is being removed.`,
  );
