import { settingsOf } from '#shared/kernel/settings.ts';
import type { Tenant } from './tenant.ts';
import { modelsOf } from './tenant-models.ts';

/**
 * What holds, with what a tenant has not chosen filled in.
 * @param installed the models that the service has, its default first
 */
export function settingsReply(
  owner: Pick<Tenant, 'settings' | 'filling_models'>,
  installed: readonly [string, ...string[]],
) {
  const { thumbnail_sizes, models: _, ...rest } = settingsOf(owner.settings);
  const { chosen, filling } = modelsOf(owner, installed);
  return {
    thumbnail_sizes: [...thumbnail_sizes],
    models: [...chosen],
    filling_models: Object.keys(filling),
    ...rest,
  };
}
