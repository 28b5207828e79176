import type { TenantId } from '#shared/kernel/ids.ts';
import { Problem } from '#shared/kernel/problems.ts';
import type { SettingsChange } from '#shared/kernel/settings.ts';
import { unknownTenant } from './change-tenant.ts';
import type { Tenant } from './tenant.ts';
import { modelsOf, withFilling } from './tenant-models.ts';
import type { TenantStore } from './tenant-store.ts';
import { type WriteModelsPorts, writeModels } from './write-tenant-models.ts';

/** A request to give one tenant a model: what a migration job is started with. */
interface AddModelRequest {
  kind: 'model_migration';
  model: string;
  tenants: readonly [TenantId];
  /** Whether searches use the model once it has all images. */
  cut_over: boolean;
}

interface Ports extends WriteModelsPorts {
  tenants: Pick<TenantStore, 'get' | 'change' | 'putModels'>;
  /** Gives a tenant a model that it does not have, in the background. */
  addModel(tenant: TenantId, request: AddModelRequest): Promise<unknown>;
  now?: () => Date;
}

/**
 * Changes what a tenant has chosen; what the change leaves out stays as it is. A model that is new to the tenant joins
 * the others once it has all of its pictures; until then the ones before serve.
 * @throws Problem `invalid_request` for a model that the service does not have, `not_found`, `conflict`
 */
export const changeSettings =
  (ports: Ports) =>
  async (
    tenant: TenantId,
    { models, ...change }: SettingsChange,
  ): Promise<{ before: Tenant; after: Tenant }> => {
    const { tenants, installed } = ports;
    checkModels({ models }, installed);
    const changed = await tenants.change(tenant, { settings: change });
    if (!changed) throw unknownTenant(tenant);
    if (models) await changeModels(ports, changed.after, models.length > 0 ? models : [installed[0]]);
    return { before: changed.before, after: (await tenants.get(tenant)) ?? changed.after };
  };

async function changeModels(ports: Ports, owner: Tenant, wanted: readonly string[]): Promise<void> {
  const tenant = owner.tenant_id;
  const { chosen } = modelsOf(owner, ports.installed);
  const known = wanted.filter((model) => chosen.includes(model));
  if (known.length === 0 || known.length < wanted.length) {
    // Whatever is left out goes when the new ones are there: a tenant is never without a model that has everything.
    for (const model of wanted.filter((each) => !chosen.includes(each)))
      await ports.addModel(tenant, {
        kind: 'model_migration',
        model,
        tenants: [tenant],
        cut_over: wanted[0] === model,
      });
    const at = (ports.now?.() ?? new Date()).toISOString();
    await writeModels(ports)(tenant, (models) =>
      wanted.reduce((all, model) => withFilling(all, model, at), models),
    );
    return;
  }
  await writeModels(ports)(tenant, (models) => {
    if (!wanted.every((model) => models.chosen.includes(model)))
      throw new Problem('conflict', 'Your models have just changed. Look at them, and try again.');
    return { ...models, chosen: wanted };
  });
}

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
