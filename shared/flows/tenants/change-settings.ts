import type { TenantCatalog } from '#shared/catalog/tenants.ts';
import type { TenantId } from '#shared/domain/ids.ts';
import { Problem } from '#shared/domain/problems.ts';
import type { SettingsChange } from '#shared/domain/settings.ts';
import { unknownTenant } from './change-tenant.ts';

/**
 * Changes what a tenant has chosen; what the change leaves out stays as it is.
 * @throws Problem `invalid_request` for a model that the service does not have, `not_found`, `conflict`
 */
export const changeSettings =
  ({ tenants, models }: { tenants: TenantCatalog; models: readonly string[] }) =>
  async (
    tenant: TenantId,
    change: SettingsChange,
  ): Promise<{ before: SettingsChange; after: SettingsChange }> => {
    for (const [position, model] of (change.models ?? []).entries())
      if (!models.includes(model))
        throw new Problem('invalid_request', `There is no model "${model}"; there is ${models.join(', ')}.`, {
          errors: [{ pointer: `/models/${position}`, message: `must be one of ${models.join(', ')}` }],
        });
    const changed = await tenants.change(tenant, { settings: change });
    if (!changed) throw unknownTenant(tenant);
    return { before: changed.before.settings ?? {}, after: changed.after.settings ?? {} };
  };
