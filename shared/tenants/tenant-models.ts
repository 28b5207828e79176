import type { SettingsChange } from '#shared/kernel/settings.ts';

/** The models that a tenant's images are embedded with. */
export interface TenantModels {
  /** Models with vectors of every image: searches can use them. The first is the default. */
  chosen: readonly string[];
  /** Models that are being given vectors of earlier images, with the start time (RFC 3339). */
  filling: Readonly<Record<string, string>>;
}

type ModelSettings = { settings?: SettingsChange; filling_models?: Readonly<Record<string, string>> };

/**
 * Returns a tenant's models; without a setting, the service's default.
 * @param installed the service's models, its default first; models that are not installed are ignored
 */
export function modelsOf(
  { settings, filling_models = {} }: ModelSettings,
  installed: readonly [string, ...string[]],
): TenantModels & { chosen: readonly [string, ...string[]] } {
  const [first, ...others] = (settings?.models ?? []).filter((model) => installed.includes(model));
  return { chosen: first === undefined ? [installed[0]] : [first, ...others], filling: filling_models };
}

/** Returns all models to embed new images with: complete ones and those being filled. */
export const embeddedWith = ({ chosen, filling }: TenantModels): string[] => [
  ...chosen,
  ...Object.keys(filling),
];

/** Starts filling a model: from now on images are embedded with it when they are validated. */
export const withFilling = (models: TenantModels, model: string, at: string): TenantModels =>
  models.chosen.includes(model)
    ? models
    : { ...models, filling: { ...models.filling, [model]: models.filling[model] ?? at } };

/** Marks a model as complete. @param first true to make it the default for searches */
export const withFilled = (
  { chosen, filling }: TenantModels,
  model: string,
  first: boolean,
): TenantModels => {
  const others = chosen.filter((each) => each !== model);
  return { chosen: first ? [model, ...others] : [...others, model], filling: without(filling, model) };
};

/** Stops filling a model. */
export const withoutFilling = ({ chosen, filling }: TenantModels, model: string): TenantModels => ({
  chosen,
  filling: without(filling, model),
});

const without = (filling: TenantModels['filling'], model: string): TenantModels['filling'] =>
  Object.fromEntries(Object.entries(filling).filter(([each]) => each !== model));
