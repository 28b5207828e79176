import { Problem } from '#shared/kernel/problems.ts';
import { embeddedWith, modelsOf } from '#shared/tenants/tenant-models.ts';
import type { WriteModelsPorts } from '#shared/tenants/write-tenant-models.ts';
import type { VectorIndex } from '#shared/vector-index/vector-index.ts';
import { compareAll } from './compare-all.ts';
import type { ComparePorts } from './compare-page.ts';
import type { Task } from './task.ts';

interface CheckPorts extends ComparePorts, Pick<WriteModelsPorts, 'installed'> {
  index: ComparePorts['index'] & Pick<VectorIndex, 'models'>;
  now: () => Date;
}

/**
 * Holds the index of a model against the catalog: what is missing, extra or stale is counted, and mended where that is
 * asked for. Of a tenant that does not have the model, every document is extra.
 */
export function checkIndex(ports: CheckPorts): Task {
  const compare = compareAll(ports);
  return {
    firstPhase: 'compare',
    async begin({ model }) {
      if ((await ports.index.models()).includes(model)) return;
      throw new Problem(
        'conflict',
        `The index has no space for ${model}: no picture has come yet, or it is lost. Then rebuild it.`,
      );
    },
    async visit(owner, position, { model, mend = false }) {
      const models = modelsOf(owner, ports.installed);
      const wanted = embeddedWith(models).includes(model);
      const comparison = { model, side: 'serving', wanted, mend } as const;
      const { done, ...visit } = await compare(owner.tenant_id, comparison, position, ports.now());
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
    `${count} pictures of ${tenant} have no vectors of ${model}: no check can mend that. Migrate ${tenant} to ${model} again: it embeds what is missing.`,
  );
