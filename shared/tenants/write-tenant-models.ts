import type { TenantId } from '#shared/kernel/ids.ts';
import { Problem } from '#shared/kernel/problems.ts';
import { CONFLICT, retryOnConflict } from '#shared/kernel/retry-on-conflict.ts';
import { modelsOf, type TenantModels } from './tenant-models.ts';
import type { TenantStore } from './tenant-store.ts';

export interface WriteModelsPorts {
  tenants: Pick<TenantStore, 'get' | 'putModels'>;
  /** The service's models, its default first. */
  installed: readonly [string, ...string[]];
}

const ATTEMPTS = 5;

/**
 * Changes a tenant's models, and retries with the current ones if they were changed concurrently.
 * @returns the models before and after
 * @throws Problem `not_found` if the tenant does not exist or is being removed; `dependency_unavailable` after 5 attempts
 */
export const writeModels =
  ({ tenants, installed }: WriteModelsPorts) =>
  async (
    tenant: TenantId,
    change: (models: TenantModels) => TenantModels,
  ): Promise<{ before: TenantModels; after: TenantModels }> => {
    const exhausted = () =>
      new Problem(
        'dependency_unavailable',
        `The models of ${tenant} are being changed by other requests. Try again in a moment.`,
      );
    return retryOnConflict({ attempts: ATTEMPTS, exhausted }, async () => {
      const owner = await tenants.get(tenant);
      if (!owner || owner.state === 'purging')
        throw new Problem('not_found', `There is no tenant ${tenant}, or it is being removed.`);
      const before = modelsOf(owner, installed);
      const after = change(before);
      return (await tenants.putModels(owner, after)) ? { before, after } : CONFLICT;
    });
  };
