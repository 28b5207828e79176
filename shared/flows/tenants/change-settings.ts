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
    checkModels(change, models);
    const changed = await tenants.change(tenant, { settings: change });
    if (!changed) throw unknownTenant(tenant);
    return { before: changed.before.settings ?? {}, after: changed.after.settings ?? {} };
  };

/**
 * @param models those that the service has
 * @param at where the settings stand in the request, a JSON pointer
 * @throws Problem `invalid_request`
 */
export function checkModels(settings: SettingsChange, models: readonly string[], at = ''): void {
  for (const [position, model] of (settings.models ?? []).entries())
    if (!models.includes(model))
      throw new Problem('invalid_request', `There is no model "${model}"; there is ${models.join(', ')}.`, {
        errors: [{ pointer: `${at}/models/${position}`, message: `must be one of ${models.join(', ')}` }],
      });
}
