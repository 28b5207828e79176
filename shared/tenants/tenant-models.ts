import type { SettingsChange } from '#shared/kernel/settings.ts';

/** Which models see a tenant's pictures. */
export interface TenantModels {
  /** Those that have vectors of every picture, so that a search can use them; the first is used where none is named. */
  chosen: readonly string[];
  /** Those that are given vectors of the pictures that were there before, and since when (RFC 3339). */
  filling: Readonly<Record<string, string>>;
}

type Chooser = { settings?: SettingsChange; filling_models?: Readonly<Record<string, string>> };

/**
 * The models of a tenant. One that has chosen nothing has the service's first.
 * @param installed what the service has; a model that it no longer has is no tenant's
 */
export function modelsOf(
  { settings, filling_models = {} }: Chooser,
  installed: readonly [string, ...string[]],
): TenantModels & { chosen: readonly [string, ...string[]] } {
  const [first, ...others] = (settings?.models ?? []).filter((model) => installed.includes(model));
  return { chosen: first === undefined ? [installed[0]] : [first, ...others], filling: filling_models };
}

/** The models that a tenant's pictures are embedded with: those that it has, and those that it is being given. */
export const embeddedWith = ({ chosen, filling }: TenantModels): string[] => [
  ...chosen,
  ...Object.keys(filling),
];

/** Pictures that are validated from now on are embedded with the model too. */
export const withFilling = (models: TenantModels, model: string, at: string): TenantModels =>
  models.chosen.includes(model)
    ? models
    : { ...models, filling: { ...models.filling, [model]: models.filling[model] ?? at } };

/** The model has vectors of every picture. @param first whether searches use it from now on */
export const withFilled = (
  { chosen, filling }: TenantModels,
  model: string,
  first: boolean,
): TenantModels => {
  const others = chosen.filter((each) => each !== model);
  return { chosen: first ? [model, ...others] : [...others, model], filling: without(filling, model) };
};

/** What was begun is given up. */
export const withoutFilling = ({ chosen, filling }: TenantModels, model: string): TenantModels => ({
  chosen,
  filling: without(filling, model),
});

const without = (filling: TenantModels['filling'], model: string): TenantModels['filling'] =>
  Object.fromEntries(Object.entries(filling).filter(([each]) => each !== model));
