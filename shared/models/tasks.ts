import { Problem } from '#shared/kernel/problems.ts';
import type { ModelJobKind } from '#shared/kernel/vocabulary.ts';
import type { VectorIndex } from '#shared/vector-index/vector-index.ts';
import { checkIndex } from './check-index.ts';
import { type MigratePorts, migrateModel } from './migrate.ts';
import { moveTenant, type RebuildPorts, rebuildIndex } from './rebuild-index.ts';
import { rollBack } from './roll-back.ts';
import type { Task } from './task.ts';

export interface ModelTaskPorts extends Omit<MigratePorts & RebuildPorts, 'dimensionOf' | 'index'> {
  index: MigratePorts['index'] & RebuildPorts['index'] & Pick<VectorIndex, 'models'>;
  /** Of each installed model's vectors. */
  dimensions: ReadonlyMap<string, number>;
}

/** What is done in a job of each kind. */
export function modelTasks({ dimensions, ...rest }: ModelTaskPorts): Record<ModelJobKind, Task> {
  const dimensionOf = (model: string): number => {
    const dimension = dimensions.get(model);
    if (dimension === undefined)
      throw new Problem('not_found', `The service has no model ${model} (any more).`);
    return dimension;
  };
  const ports = { ...rest, dimensionOf };
  return {
    model_migration: migrateModel(ports),
    model_rollback: rollBack(ports),
    index_rebuild: rebuildIndex(ports),
    index_check: checkIndex(ports),
    index_move: moveTenant(ports),
  };
}
