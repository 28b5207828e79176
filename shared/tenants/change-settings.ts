import type { TenantId } from '#shared/kernel/ids.ts';
import { limitsOf } from '#shared/kernel/plans.ts';
import { Problem } from '#shared/kernel/problems.ts';
import type { SettingsChange } from '#shared/kernel/settings.ts';
import { unknownTenant } from './change-tenant.ts';
import type { Tenant } from './tenant.ts';
import { modelsOf, withFilling } from './tenant-models.ts';
import type { TenantStore } from './tenant-store.ts';
import { type WriteModelsPorts, writeModels } from './write-tenant-models.ts';

/** Starts a migration of one tenant to a model. */
interface AddModelRequest {
  kind: 'model_migration';
  model: string;
  tenants: readonly [TenantId];
  /** True if the model becomes the default for searches once it has vectors of all images. */
  cut_over: boolean;
}

interface Ports extends WriteModelsPorts {
  tenants: Pick<TenantStore, 'get' | 'change' | 'putModels'>;
  /** Starts a background job that embeds the tenant's images with a model that it does not have yet. */
  addModel(tenant: TenantId, request: AddModelRequest): Promise<unknown>;
  /** Returns the number of a tenant's images, those that are announced among them. */
  imagesOf(tenant: TenantId): Promise<number>;
  now?: () => Date;
}

/**
 * Changes a tenant's settings; omitted ones keep their values. A model that is new to the tenant is filled in the
 * background; until it has vectors of all images, searches use the previous models.
 * @throws Problem `invalid_request` for a model that is not installed; `quota_exceeded` for one that the plan has no room
 *   for; `not_found`, `conflict`
 */
export const changeSettings =
  (ports: Ports) =>
  async (
    tenant: TenantId,
    { models, ...change }: SettingsChange,
  ): Promise<{ before: Tenant; after: Tenant }> => {
    const { tenants, installed } = ports;
    checkModels({ models }, installed);
    if (models) await checkRoom(ports, tenant, models);
    const changed = await tenants.change(tenant, { settings: change });
    if (!changed) throw unknownTenant(tenant);
    if (models) await changeModels(ports, changed.after, models.length > 0 ? models : [installed[0]]);
    return { before: changed.before, after: (await tenants.get(tenant)) ?? changed.after };
  };

async function changeModels(ports: Ports, owner: Tenant, wanted: readonly string[]): Promise<void> {
  const tenant = owner.tenant_id;
  const { chosen } = modelsOf(owner, ports.installed);
  const filled = wanted.filter((model) => chosen.includes(model));
  if (filled.length === 0 || filled.length < wanted.length) {
    // Keep the models that the request leaves out until the new ones are filled: a tenant always has a complete model.
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
      throw new Problem(
        'conflict',
        'Your models were changed by another request. Get the settings and try again.',
      );
    return { ...models, chosen: wanted };
  });
}

/** @throws Problem `quota_exceeded` if a new model would give the tenant's images more vectors than its plan has room for */
async function checkRoom(
  { tenants, installed, imagesOf }: Ports,
  tenant: TenantId,
  wanted: readonly string[],
) {
  const owner = await tenants.get(tenant);
  if (!owner) throw unknownTenant(tenant);
  const { chosen, filling } = modelsOf(owner, installed);
  const held = new Set([...chosen, ...Object.keys(filling)]);
  const all = new Set([...held, ...wanted]);
  if (all.size === held.size) return;
  const { vectors } = limitsOf(owner.plan, owner.limits);
  const images = await imagesOf(tenant);
  if (images * all.size <= vectors) return;
  throw new Problem(
    'quota_exceeded',
    `${images} images by ${all.size} models (${[...all].join(', ')}) have ${images * all.size} vectors; your limit is ${vectors}. Delete images that you no longer need, or have the operator raise \`vectors\`.`,
  );
}

/**
 * Rejects settings that name a model which is not installed.
 * @param models the installed models
 * @param at JSON pointer to the settings in the request
 * @throws Problem `invalid_request`
 */
export function checkModels(settings: SettingsChange, models: readonly string[], at = ''): void {
  for (const [position, model] of (settings.models ?? []).entries())
    if (!models.includes(model))
      throw new Problem('invalid_request', `There is no model "${model}"; there is ${models.join(', ')}.`, {
        errors: [{ pointer: `${at}/models/${position}`, message: `must be one of ${models.join(', ')}` }],
      });
}
