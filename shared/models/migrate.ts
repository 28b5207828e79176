import { Problem } from '#shared/kernel/problems.ts';
import { modelsOf, withFilled, withFilling, withoutFilling } from '#shared/tenants/tenant-models.ts';
import { type WriteModelsPorts, writeModels } from '#shared/tenants/write-tenant-models.ts';
import type { VectorIndex } from '#shared/vector-index/vector-index.ts';
import { canary, isWell } from './canary.ts';
import { compareAll } from './compare-all.ts';
import type { ComparePorts } from './compare-page.ts';
import { type FillPorts, fillWindow } from './fill.ts';
import { phase, type Task, type Visit } from './task.ts';

export interface MigratePorts extends Omit<FillPorts, 'imageStore'>, ComparePorts, WriteModelsPorts {
  index: Pick<VectorIndex, 'prepare' | 'search'> & ComparePorts['index'];
  /** Of a model's vectors. */
  dimensionOf(model: string): number;
}

/**
 * Gives tenants a model, and lets their searches use it once it has all of their pictures:
 *
 * 1. `begin`: what is validated from now on is embedded with it too;
 * 2. `fill`: so is what was there before;
 * 3. `compare`: its index holds what the catalog says;
 * 4. `canary`: searches by it find what they should;
 * 5. it is chosen, in one write; the model before stays filled, so that going back is one write too.
 */
export function migrateModel(ports: MigratePorts): Task {
  const { now } = ports;
  const change = writeModels(ports);
  const fill = fillWindow(ports);
  const compare = compareAll(ports);
  const tryOut = canary(ports);

  return {
    firstPhase: 'begin',

    begin: ({ model }) => ports.index.prepare(model, ports.dimensionOf(model)),

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
          const comparison = { model, side: 'serving', wanted: true, mend: true } as const;
          const { done, ...visit } = await compare(tenant, comparison, position, now());
          if (!done) return { ...visit, progress: {} };
          const { unembedded = 0 } = visit.position.met;
          // Chosen, and yet not seen by it: what was there before it was chosen in another way, or lost since.
          if (unembedded > 0) return { position: next('fill') };
          return { position: { ...next('canary'), sample: visit.position.sample ?? [] } };
        }
        default: {
          const found = await tryOut(tenant, model, position.sample ?? []);
          if (!isWell(found)) throw canaryProblem(tenant, model, found);
          const { before, after } = await change(tenant, (models) =>
            withFilled(models, model, cut_over === true || models.chosen[0] === model),
          );
          const cut = after.chosen[0] === model && before.chosen[0] !== model;
          return { position: 'done', progress: { canaries: found.tried, cut_over: cut ? 1 : 0 } };
        }
      }
    },

    async abandon({ tenant_id }, { model }) {
      await change(tenant_id, (models) => withoutFilling(models, model));
    },
  };
}

const canaryProblem = (
  tenant: string,
  model: string,
  { tried, found, recall }: Parameters<typeof isWell>[0],
) =>
  new Problem(
    'conflict',
    `Searches of ${tenant} by ${model} are not what they should be: of ${tried} pictures ${found} find themselves, and the nearest ten are found to ${(100 * recall).toFixed(1)} %. The tenant keeps the model that it has.`,
  );
