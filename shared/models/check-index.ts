import { Problem } from '#shared/kernel/problems.ts';
import { embeddedWith, modelsOf } from '#shared/tenants/tenant-models.ts';
import type { WriteModelsPorts } from '#shared/tenants/write-tenant-models.ts';
import type { VectorIndex } from '#shared/vector-index/vector-index.ts';
import type { ModelTask } from './model-task.ts';
import { reconcileAll } from './reconcile-all.ts';
import type { ReconcilePorts } from './reconcile-page.ts';

interface CheckPorts extends ReconcilePorts, Pick<WriteModelsPorts, 'installed'> {
  index: ReconcilePorts['index'] & Pick<VectorIndex, 'models'>;
  now: () => Date;
}

/**
 * Compares the index of a model with the image store: counts the missing, extra and stale documents, and repairs them if
 * the job says so. Of a tenant that does not have the model, every document is extra.
 */
export function checkIndex(ports: CheckPorts): ModelTask<'index_check'> {
  const reconcile = reconcileAll(ports);
  return {
    firstPhase: 'compare',
    async begin({ model }) {
      if ((await ports.index.models()).includes(model)) return;
      throw new Problem(
        'conflict',
        `There is no index of ${model}: no image has arrived yet, or the index is lost. If it is lost, rebuild it.`,
      );
    },
    async visit(owner, position, { model, mend: repair = false }) {
      const models = modelsOf(owner, ports.installed);
      const wanted = embeddedWith(models).includes(model);
      const comparison = { model, side: 'serving', wanted, repair } as const;
      const { done, ...visit } = await reconcile(owner.tenant_id, comparison, position, ports.now());
      const { unembedded = 0 } = visit.position.met;
      if (done && unembedded > 0 && models.chosen.includes(model))
        throw unembeddedProblem(owner.tenant_id, model, unembedded);
      return done ? { ...visit, position: 'done' } : visit;
    },
  };
}

const unembeddedProblem = (tenant: string, model: string, count: number): Problem =>
  new Problem(
    'conflict',
    `${count} images of ${tenant} have no vectors of ${model}, which a check cannot repair. Migrate ${tenant} to ${model} again: that embeds them.`,
  );
