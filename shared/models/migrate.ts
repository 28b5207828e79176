import { Problem } from '#shared/kernel/problems.ts';
import { modelsOf, withFilled, withFilling, withoutFilling } from '#shared/tenants/tenant-models.ts';
import { type WriteModelsPorts, writeModels } from '#shared/tenants/write-tenant-models.ts';
import type { VectorIndex } from '#shared/vector-index/vector-index.ts';
import { type Canary, canary, isHealthy } from './canary.ts';
import { type FillPorts, fillWindow } from './fill.ts';
import { type ModelTask, phase, type Visit } from './model-task.ts';
import { reconcileAll } from './reconcile-all.ts';
import type { ReconcilePorts } from './reconcile-page.ts';

export interface MigratePorts extends Omit<FillPorts, 'imageStore'>, ReconcilePorts, WriteModelsPorts {
  index: Pick<VectorIndex, 'prepare' | 'search'> & ReconcilePorts['index'];
  /** Dimensions of a model's vectors. */
  dimensionOf(model: string): number;
}

/**
 * Gives tenants a model, and lets their searches use it once it has all of their images:
 *
 * 1. `begin`: images that are validated from now on are embedded with it, too;
 * 2. `fill`: so are the images that were there before;
 * 3. `compare`: the model's index is reconciled with the image store;
 * 4. `canary`: searches by the model are compared with exact search;
 * 5. the model is chosen, in one write. The previous model is kept up to date, so that a rollback is one write, too.
 */
export function migrateModel(ports: MigratePorts): ModelTask<'model_migration'> {
  const { now } = ports;
  const change = writeModels(ports);
  const fill = fillWindow(ports);
  const reconcile = reconcileAll(ports);
  const runCanary = canary(ports);

  return {
    firstPhase: 'begin',

    async begin({ model }, reserveRoom) {
      await reserveRoom((owner) => !modelsOf(owner, ports.installed).chosen.includes(model));
      await ports.index.prepare(model, ports.dimensionOf(model));
    },

    async visit(owner, position, { model, cut_over }): Promise<Visit> {
      const tenant = owner.tenant_id;
      const next = (name: string) => ({ ...phase(position, name, now()), sample: position.sample ?? [] });
      switch (position.phase) {
        case 'begin': {
          if (modelsOf(owner, ports.installed).chosen.includes(model)) return { position: next('compare') };
          await change(tenant, (models) => withFilling(models, model, now().toISOString()));
          return { position: next('fill') };
        }
        case 'fill': {
          const visit = await fill(tenant, model, position);
          return visit.position === 'done' ? { ...visit, position: next('compare') } : visit;
        }
        case 'compare': {
          const comparison = { model, side: 'serving', wanted: true, repair: true } as const;
          const { done, ...visit } = await reconcile(tenant, comparison, position, now());
          if (!done) return { ...visit, progress: {} };
          const { unembedded = 0 } = visit.position.met;
          // A chosen model can lack images: it was chosen without a migration, or their vectors were lost since.
          if (unembedded > 0) return { position: next('fill') };
          return { position: { ...next('canary'), sample: visit.position.sample ?? [] } };
        }
        default: {
          const outcome = await runCanary(tenant, model, position.sample ?? []);
          if (!isHealthy(outcome)) throw canaryProblem(tenant, model, outcome);
          const { before, after } = await change(tenant, (models) =>
            withFilled(models, model, cut_over === true || models.chosen[0] === model),
          );
          const cut = after.chosen[0] === model && before.chosen[0] !== model;
          return { position: 'done', progress: { canaries: outcome.queries, cut_over: cut ? 1 : 0 } };
        }
      }
    },

    async undoTenant({ tenant_id }, { model }) {
      await change(tenant_id, (models) => withoutFilling(models, model));
    },
  };
}

const canaryProblem = (tenant: string, model: string, { queries, selfMatches, recall }: Canary) =>
  new Problem(
    'conflict',
    `Searches of ${tenant} by ${model} fail the canary: ${selfMatches} of ${queries} images find themselves, and recall at 10 is ${(100 * recall).toFixed(1)} %. The tenant keeps its current model.`,
  );
