import type { ModelJob } from '#shared/jobs/job.ts';
import type { TenantId } from '#shared/kernel/ids.ts';
import type { Tenant } from '#shared/tenants/tenant.ts';
import { embeddedWith, modelsOf } from '#shared/tenants/tenant-models.ts';
import type { WriteModelsPorts } from '#shared/tenants/write-tenant-models.ts';
import type { Build, VectorIndex } from '#shared/vector-index/vector-index.ts';
import { compareAll } from './compare-all.ts';
import type { ComparePorts } from './compare-page.ts';
import type { Task } from './task.ts';

export interface RebuildPorts extends ComparePorts, Pick<WriteModelsPorts, 'installed'> {
  index: ComparePorts['index'] &
    Pick<VectorIndex, 'abandonBuild' | 'beginBuild' | 'finishBuild' | 'placement' | 'prepare'>;
  dimensionOf(model: string): number;
  now: () => Date;
}

/**
 * Builds a model's index anew from the catalog, beside the one that serves, which it then takes the place of. Every
 * write since the beginning goes to both. Tenants with a space of their own are passed over; `moveTenant` builds that
 * anew.
 */
export function rebuildIndex(ports: RebuildPorts): Task {
  const { index, dimensionOf } = ports;
  const build = ({ model }: ModelJob): Build => ({ model, dimension: dimensionOf(model), of: 'shared' });
  const fill = fillNext(ports);
  return {
    firstPhase: 'compare',
    async begin(job) {
      await index.prepare(job.model, dimensionOf(job.model)); // where the index itself is lost
      await index.beginBuild(build(job));
    },
    async visit(owner, position, job) {
      if ((await index.placement(owner.tenant_id, job.model)) === 'own')
        return { position: 'done', progress: { passed_over: 1 } };
      return fill(owner, position, job);
    },
    end: (job) => index.finishBuild(build(job)),
    abandonAll: (job) => index.abandonBuild(build(job)),
  };
}

/** Moves tenants' documents into spaces of their own, or back among the others', while their searches go on. */
export function moveTenant(ports: RebuildPorts): Task {
  const { index, dimensionOf } = ports;
  const build = (tenant: TenantId, { model, into = 'own' }: ModelJob): Build => ({
    ...{ model, dimension: dimensionOf(model), of: 'tenant', tenant },
    into,
  });
  const fill = fillNext(ports);
  return {
    firstPhase: 'begin',
    async visit(owner, position, job) {
      const tenant = owner.tenant_id;
      if (position.phase === 'begin') {
        const isThere = job.into === 'shared' && (await index.placement(tenant, job.model)) === 'shared';
        if (isThere) return { position: 'done' };
        await index.beginBuild(build(tenant, job));
        return { position: { ...position, phase: 'compare' } };
      }
      const visit = await fill(owner, position, job);
      if (visit.position !== 'done') return visit;
      await index.finishBuild(build(tenant, job));
      return { ...visit, progress: { ...visit.progress, moved: 1 } };
    },
    abandon: ({ tenant_id }, job) => index.abandonBuild(build(tenant_id, job)),
  };
}

/** Fills what is being built with a tenant's documents. */
const fillNext =
  (ports: RebuildPorts) =>
  async (owner: Tenant, position: Parameters<Task['visit']>[1], { model }: ModelJob) => {
    const wanted = embeddedWith(modelsOf(owner, ports.installed)).includes(model);
    const comparison = { model, side: 'next', wanted, mend: true } as const;
    const { done, progress, ...visit } = await compareAll(ports)(
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
