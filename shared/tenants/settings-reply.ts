import { settingsOf } from '#shared/kernel/settings.ts';
import type { Tenant } from './tenant.ts';
import { modelsOf } from './tenant-models.ts';

/**
 * Returns the settings in force, defaults included.
 * @param installed the service's models, its default first
 */
export function settingsReply(
  owner: Pick<Tenant, 'settings' | 'filling_models'>,
  installed: readonly [string, ...string[]],
) {
  const { thumbnail_sizes, models: _, ...others } = settingsOf(owner.settings);
  const { chosen, filling } = modelsOf(owner, installed);
  return {
    thumbnail_sizes: [...thumbnail_sizes],
    models: [...chosen],
    filling_models: Object.keys(filling),
    ...others,
  };
}
