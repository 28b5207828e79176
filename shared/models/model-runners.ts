import type { JobRunners } from '#shared/jobs/run-job.ts';
import { Problem } from '#shared/kernel/problems.ts';
import type { ModelJobKind } from '#shared/kernel/vocabulary.ts';
import type { VectorIndex } from '#shared/vector-index/vector-index.ts';
import { checkIndex } from './check-index.ts';
import { type MigratePorts, migrateModel } from './migrate.ts';
import { moveTenant, type RebuildPorts, rebuildIndex } from './rebuild-index.ts';
import { rollBack } from './roll-back.ts';
import { type TenantByTenantPorts, tenantByTenant } from './tenant-by-tenant.ts';

export interface ModelRunnerPorts
  extends Omit<MigratePorts & RebuildPorts, 'dimensionOf' | 'imageStore' | 'index' | 'tenants'> {
  tenants: MigratePorts['tenants'] & TenantByTenantPorts['tenants'];
  jobs: TenantByTenantPorts['jobs'];
  imageStore: MigratePorts['imageStore'] & TenantByTenantPorts['imageStore'];
  index: MigratePorts['index'] & RebuildPorts['index'] & Pick<VectorIndex, 'memoryFor' | 'models'>;
  /** Dimensions of each installed model's vectors. */
  dimensions: ReadonlyMap<string, number>;
}

/** The runners of all jobs about models. */
export function modelRunners({ dimensions, ...rest }: ModelRunnerPorts): JobRunners<ModelJobKind> {
  const dimensionOf = (model: string): number => {
    const dimension = dimensions.get(model);
    if (dimension === undefined) throw new Problem('not_found', `The model ${model} is not installed.`);
    return dimension;
  };
  const ports = { ...rest, dimensionOf };
  return {
    model_migration: tenantByTenant(ports, migrateModel(ports)),
    model_rollback: tenantByTenant(ports, rollBack(ports)),
    index_rebuild: tenantByTenant(ports, rebuildIndex(ports)),
    index_check: tenantByTenant(ports, checkIndex(ports)),
    index_move: tenantByTenant(ports, moveTenant(ports)),
  };
}
