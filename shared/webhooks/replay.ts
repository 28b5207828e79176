import type { JobOf } from '#shared/jobs/job.ts';
import { queuedFields, type StartJobPorts, startJob } from '#shared/jobs/start-job.ts';
import { newJobId, type TenantId, type WebhookId } from '#shared/kernel/ids.ts';
import type { Delivery } from './delivery.ts';
import type { DeliveryFilter, DeliveryStore } from './delivery-store.ts';
import { again, checkEnabled, type RedeliverPorts } from './redeliver.ts';

interface Ports extends RedeliverPorts, Pick<StartJobPorts, 'jobs'> {
  deliveries: RedeliverPorts['deliveries'] & Pick<DeliveryStore, 'list'>;
  replays: StartJobPorts['queue'];
}

/** Deliveries that a call repeats itself; more are left to a job. */
export const MOST_AT_ONCE = 500;
const PAGE = 100;

export interface Replay {
  /** RFC 3339, of the delivery's creation; `from` inclusive, `to` exclusive. */
  from: string;
  to: string;
  state: 'failed' | 'skipped' | 'delivered';
  types?: DeliveryFilter['types'];
  dry_run: boolean;
}

/**
 * Repeats the deliveries of a time: few at once, the oldest first, many as a job.
 * @throws Problem `not_found`, `conflict`
 */
export const replay =
  (ports: Ports) =>
  async (tenant: TenantId, webhook: WebhookId, { dry_run, ...filter }: Replay) => {
    await checkEnabled(ports, tenant, webhook);
    const { count, chosen } = await find(ports, tenant, webhook, filter, dry_run);
    if (dry_run) return { count, dry_run };
    if (count > MOST_AT_ONCE) {
      const { job_id, status } = await startReplay(ports, tenant, webhook, filter);
      return { count, dry_run, job_id, status };
    }
    let repeated = 0;
    for (const delivery of chosen.toReversed()) if (await again(ports, delivery)) repeated += 1;
    return { count: repeated, dry_run };
  };

/** Reads deliveries, the newest first: all of them for a count, else no more than are repeated at once, and some. */
async function find(
  { deliveries }: Ports,
  tenant: TenantId,
  webhook: WebhookId,
  filter: Omit<Replay, 'dry_run'>,
  all: boolean,
): Promise<{ count: number; chosen: Delivery[] }> {
  const chosen: Delivery[] = [];
  let count = 0;
  let cursor: string | undefined;
  do {
    const page = await deliveries.list(tenant, webhook, filter, { cursor, limit: PAGE });
    count += page.items.length;
    if (!all) chosen.push(...page.items);
    cursor = page.nextCursor;
  } while (cursor !== undefined && (all || count <= MOST_AT_ONCE));
  return { count, chosen };
}

const startReplay = (
  { jobs, replays: queue, now = () => new Date() }: Ports,
  tenant: TenantId,
  webhook_id: WebhookId,
  { from, to, state, types }: Omit<Replay, 'dry_run'>,
): Promise<Pick<JobOf<'webhook_replay'>, 'job_id' | 'status'>> =>
  startJob({ jobs, queue, now })({
    ...{ job_id: newJobId(), kind: 'webhook_replay', owner: tenant, webhook_id },
    ...{ from, to, state },
    ...(types && { types }),
    ...queuedFields('replay', now()),
  });
