import { newEvent } from '#shared/contracts/events/new-event.ts';
import type { TenantId } from '#shared/kernel/ids.ts';
import type { EventPublisher } from '#shared/messaging/publisher.ts';
import type { Job } from './job.ts';

/**
 * Publishes `job.completed` for a job that has ended, to the tenant whose job it is; jobs of the operator about several
 * tenants concern none. A job that failed and was resumed ends twice, under two ids.
 */
export const announceEnd =
  ({ publisher }: { publisher: EventPublisher }) =>
  async (job: Job): Promise<void> => {
    const { job_id, kind, status, progress, started_at, finished_at = job.updated_at } = job;
    const tenant = tenantOf(job);
    if (tenant === undefined || !isEnd(status)) return;
    const event = newEvent('job.completed', {
      tenant,
      subject: job_id,
      id: `${job_id}.${status}.job.completed`,
      correlationId: job_id,
      time: finished_at,
      data: {
        ...{ job_id, kind, status, progress },
        errors_count: job.errors_count ?? job.errors.length,
        ...{ started_at, finished_at },
      },
    });
    await publisher.publish(tenant, [event]);
  };

const tenantOf = (job: Job): TenantId | undefined =>
  job.owner ?? (job.kind === 'redrive' ? job.tenant_id : undefined);

type End = Extract<Job['status'], 'completed' | 'failed' | 'cancelled'>;
const isEnd = (status: Job['status']): status is End =>
  status === 'completed' || status === 'failed' || status === 'cancelled';
