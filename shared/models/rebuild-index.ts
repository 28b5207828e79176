import type { JobOf, ModelJob, Position } from '#shared/jobs/job.ts';
import type { TenantId } from '#shared/kernel/ids.ts';
import type { Tenant } from '#shared/tenants/tenant.ts';
import { embeddedWith, modelsOf } from '#shared/tenants/tenant-models.ts';
import type { WriteModelsPorts } from '#shared/tenants/write-tenant-models.ts';
import type { Build, VectorIndex } from '#shared/vector-index/vector-index.ts';
import type { ModelTask } from './model-task.ts';
import { reconcileAll } from './reconcile-all.ts';
import type { ReconcilePorts } from './reconcile-page.ts';

export interface RebuildPorts extends ReconcilePorts, Pick<WriteModelsPorts, 'installed'> {
  index: ReconcilePorts['index'] &
    Pick<VectorIndex, 'abandonBuild' | 'beginBuild' | 'finishBuild' | 'placement' | 'prepare'>;
  dimensionOf(model: string): number;
  now: () => Date;
}

/**
 * Rebuilds a model's index from the image store, in a partition that then replaces the serving one. Every write since the
 * beginning goes to both. Tenants with a partition of their own are skipped; `moveTenant` rebuilds those.
 */
export function rebuildIndex(ports: RebuildPorts): ModelTask<'index_rebuild'> {
  const { index, dimensionOf } = ports;
  const build = ({ model }: ModelJob): Build => ({ model, dimension: dimensionOf(model), of: 'shared' });
  const fill = fillBuild(ports);
  return {
    firstPhase: 'compare',
    async begin(job, reserveRoom) {
      await index.prepare(job.model, dimensionOf(job.model)); // in case the index itself is lost
      await reserveRoom(
        async (owner) =>
          hasModel(ports, owner, job) && (await index.placement(owner.tenant_id, job.model)) === 'shared',
      );
      await index.beginBuild(build(job));
    },
    async visit(owner, position, job) {
      if ((await index.placement(owner.tenant_id, job.model)) === 'own')
        return { position: 'done', progress: { passed_over: 1 } };
      return fill(owner, position, job);
    },
    end: (job) => index.finishBuild(build(job)),
    undoAll: (job) => index.abandonBuild(build(job)),
  };
}

/** Moves tenants' documents into partitions of their own, or back to the shared one, while searches go on. */
export function moveTenant(ports: RebuildPorts): ModelTask<'index_move'> {
  const { index, dimensionOf } = ports;
  const build = (tenant: TenantId, { model, into = 'own' }: JobOf<'index_move'>): Build => ({
    ...{ model, dimension: dimensionOf(model), of: 'tenant', tenant },
    into,
  });
  const isThere = async (tenant: TenantId, { model, into }: JobOf<'index_move'>) =>
    into === 'shared' && (await index.placement(tenant, model)) === 'shared';
  const fill = fillBuild(ports);
  return {
    firstPhase: 'begin',
    async begin(job, reserveRoom) {
      await reserveRoom(
        async (owner) => hasModel(ports, owner, job) && !(await isThere(owner.tenant_id, job)),
      );
    },
    async visit(owner, position, job) {
      const tenant = owner.tenant_id;
      if (position.phase === 'begin') {
        if (await isThere(tenant, job)) return { position: 'done' };
        await index.beginBuild(build(tenant, job));
        return { position: { ...position, phase: 'compare' } };
      }
      const visit = await fill(owner, position, job);
      if (visit.position !== 'done') return visit;
      await index.finishBuild(build(tenant, job));
      return { ...visit, progress: { ...visit.progress, moved: 1 } };
    },
    undoTenant: ({ tenant_id }, job) => index.abandonBuild(build(tenant_id, job)),
  };
}

/** Returns true if the tenant's images are embedded with the job's model. */
const hasModel = ({ installed }: RebuildPorts, owner: Tenant, { model }: ModelJob): boolean =>
  embeddedWith(modelsOf(owner, installed)).includes(model);

/** Writes a tenant's documents to the partition that is being built. */
const fillBuild = (ports: RebuildPorts) => async (owner: Tenant, position: Position, job: ModelJob) => {
  const { model } = job;
  const wanted = hasModel(ports, owner, job);
  const comparison = { model, side: 'next', wanted, repair: true } as const;
  const { done, progress, ...visit } = await reconcileAll(ports)(
    owner.tenant_id,
    comparison,
    position,
    ports.now(),
  );
  const written = { written: (progress?.missing ?? 0) + (progress?.stale ?? 0) };
  return done
    ? {
        ...visit,
        position: 'done' as const,
        progress: { ...written, pictures: visit.position.met.pictures ?? 0 },
      }
    : { ...visit, progress: written };
};
