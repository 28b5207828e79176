import type { Update } from '#shared/aws/dynamodb-table.ts';
import { CHANGEABLE, given } from './changed-tenant.ts';
import type { Tenant } from './tenant.ts';
import type { TenantModels } from './tenant-models.ts';
import type { TenantChange } from './tenant-store.ts';

/** Creates the map that settings are merged into. */
export const WITH_SETTINGS: Update = {
  UpdateExpression: 'SET settings = if_not_exists(settings, :none)',
  ConditionExpression: 'attribute_exists(pk)',
  ExpressionAttributeValues: { ':none': {} },
};

/** Sets each setting by itself, so that concurrent changes are all applied. An update expression must set something. */
export function tenantUpdate({ settings, ...change }: TenantChange): Update {
  const plain = given(change);
  const merged = given(settings ?? {});
  const fields = [...plain, ...merged];
  const paths = [...plain.map(([name]) => `#${name}`), ...merged.map(([name]) => `#settings.#${name}`)];
  const sets = fields.map(([name], at) => `${paths[at]} = :${name}`);
  const states = CHANGEABLE.map((state) => [`:${state}`, state] as const);
  const names = [...fields.map(([name]) => name), ...(merged.length > 0 ? ['settings'] : []), 'state'];
  return {
    UpdateExpression: `SET ${sets.length > 0 ? sets.join(', ') : '#state = #state'}`,
    ConditionExpression: `#state IN (${states.map(([name]) => name).join(', ')})`,
    ExpressionAttributeNames: Object.fromEntries(names.map((name) => [`#${name}`, name])),
    ExpressionAttributeValues: Object.fromEntries([
      ...fields.map(([name, value]) => [`:${name}`, value] as const),
      ...states,
    ]),
  };
}

/** Sets the models, on condition that they are as they were read. */
export function modelsUpdate(
  { settings, filling_models }: Tenant,
  chosen: readonly string[],
  filling: TenantModels['filling'],
): Update {
  const states = CHANGEABLE.map((state) => [`:${state}`, state] as const);
  const unchanged = (path: string, value: string, read: unknown) =>
    read === undefined ? `attribute_not_exists(${path})` : `${path} = ${value}`;
  return {
    UpdateExpression: 'SET #settings.#models = :chosen, #filling = :filling',
    ConditionExpression: [
      `#state IN (${states.map(([name]) => name).join(', ')})`,
      unchanged('#settings.#models', ':read_chosen', settings?.models),
      unchanged('#filling', ':read_filling', filling_models),
    ].join(' AND '),
    ExpressionAttributeNames: {
      '#settings': 'settings',
      '#models': 'models',
      '#filling': 'filling_models',
      '#state': 'state',
    },
    ExpressionAttributeValues: {
      ':chosen': chosen,
      ':filling': filling,
      ...(settings?.models && { ':read_chosen': settings.models }),
      ...(filling_models && { ':read_filling': filling_models }),
      ...Object.fromEntries(states),
    },
  };
}
