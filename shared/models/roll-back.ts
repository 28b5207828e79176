import { withFilled, withoutFilling } from '#shared/tenants/tenant-models.ts';
import { type WriteModelsPorts, writeModels } from '#shared/tenants/write-tenant-models.ts';
import type { Task } from './task.ts';

/**
 * Takes tenants back from a model to the one that they had before, one write a tenant: its vectors were kept up all the
 * time. Where nothing was before it, nothing changes.
 */
export function rollBack(ports: WriteModelsPorts): Task {
  const change = writeModels(ports);
  return {
    firstPhase: 'back',
    async visit({ tenant_id }, _position, { model }) {
      const { before, after } = await change(tenant_id, (models) => {
        const kept = withoutFilling(models, model);
        const [first, previous] = kept.chosen;
        return first === model && previous !== undefined ? withFilled(kept, previous, true) : kept;
      });
      return { position: 'done', progress: { rolled_back: before.chosen[0] === after.chosen[0] ? 0 : 1 } };
    },
  };
}
