import { withFilled, withoutFilling } from '#shared/tenants/tenant-models.ts';
import { type WriteModelsPorts, writeModels } from '#shared/tenants/write-tenant-models.ts';
import type { ModelTask } from './model-task.ts';

/**
 * Returns tenants from a model to the previous one, with one write per tenant: its vectors were kept up to date. A tenant
 * without a previous model stays as it is.
 */
export function rollBack(ports: WriteModelsPorts): ModelTask<'model_rollback'> {
  const change = writeModels(ports);
  return {
    firstPhase: 'back',
    async visit({ tenant_id }, _position, { model }) {
      const { before, after } = await change(tenant_id, (models) => {
        const filled = withoutFilling(models, model);
        const [first, previous] = filled.chosen;
        return first === model && previous !== undefined ? withFilled(filled, previous, true) : filled;
      });
      return { position: 'done', progress: { rolled_back: before.chosen[0] === after.chosen[0] ? 0 : 1 } };
    },
  };
}
