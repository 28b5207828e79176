import type { TenantId } from '#shared/kernel/ids.ts';
import { Problem } from '#shared/kernel/problems.ts';
import { CONFLICT, retryOnConflict } from '#shared/kernel/retry-on-conflict.ts';
import { modelsOf, type TenantModels } from './tenant-models.ts';
import type { TenantStore } from './tenant-store.ts';

export interface WriteModelsPorts {
  tenants: Pick<TenantStore, 'get' | 'putModels'>;
  /** What the service has, its default first. */
  installed: readonly [string, ...string[]];
}

const ATTEMPTS = 5;

/**
 * Changes which models a tenant has, thinking again where somebody else has changed them meanwhile.
 * @returns what it was and what it is
 * @throws Problem `not_found` for a tenant that is not there or is being removed; `dependency_unavailable`
 */
export const writeModels =
  ({ tenants, installed }: WriteModelsPorts) =>
  async (
    tenant: TenantId,
    change: (models: TenantModels) => TenantModels,
  ): Promise<{ before: TenantModels; after: TenantModels }> => {
    const exhausted = () => new Problem('dependency_unavailable', `The models of ${tenant} keep changing.`);
    return retryOnConflict({ attempts: ATTEMPTS, exhausted }, async () => {
      const owner = await tenants.get(tenant);
      if (!owner || owner.state === 'purging')
        throw new Problem('not_found', `There is no tenant ${tenant} (any more).`);
      const before = modelsOf(owner, installed);
      const after = change(before);
      return (await tenants.putModels(owner, after)) ? { before, after } : CONFLICT;
    });
  };
