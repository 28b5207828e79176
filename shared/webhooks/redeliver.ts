import type { DeliveryId, TenantId, WebhookId } from '#shared/kernel/ids.ts';
import { Problem } from '#shared/kernel/problems.ts';
import type { AttemptQueue } from './attempt-queue.ts';
import type { Delivery } from './delivery.ts';
import type { DeliveryFilter, DeliveryStore } from './delivery-store.ts';
import type { EndpointStore } from './endpoint-store.ts';
import { webhookNotFound } from './manage-webhooks.ts';

interface Ports {
  endpoints: Pick<EndpointStore, 'get'>;
  deliveries: Pick<DeliveryStore, 'get' | 'save' | 'list'>;
  queue: AttemptQueue;
  now?: () => Date;
}

/** Deliveries that one replay repeats, and reads at a time. */
const MOST = 500;
const PAGE = 100;

async function checkEnabled({ endpoints }: Ports, tenant: TenantId, webhook: WebhookId): Promise<void> {
  const endpoint = await endpoints.get(tenant, webhook);
  if (!endpoint) throw webhookNotFound(webhook);
  if (endpoint.state !== 'enabled')
    throw new Problem('conflict', `The webhook ${webhook} is disabled. Enable it first.`);
}

/** Gives a delivery all its attempts again, from now on. @returns undefined if it was changed meanwhile */
async function again({ deliveries, queue, now = () => new Date() }: Ports, delivery: Delivery) {
  const at = now().toISOString();
  const saved = await deliveries.save({
    ...delivery,
    state: 'pending',
    made: 0,
    replayed: true,
    next_attempt_at: at,
    updated_at: at,
  });
  if (saved) await queue.send(saved);
  return saved;
}

/** Delivers a message once more; one that is pending is left as it is. @throws Problem `not_found`, `conflict` */
export const redeliver =
  (ports: Ports) =>
  async (tenant: TenantId, webhook: WebhookId, delivery: DeliveryId): Promise<Delivery> => {
    await checkEnabled(ports, tenant, webhook);
    const read = await ports.deliveries.get(tenant, webhook, delivery);
    if (!read) throw new Problem('not_found', `There is no delivery ${delivery} of ${webhook}.`);
    if (read.state === 'pending') return read;
    const saved = await again(ports, read);
    if (saved) return saved;
    throw new Problem('conflict', `The delivery ${delivery} was changed at the same time. Try again.`);
  };

export interface Replay extends Required<Pick<DeliveryFilter, 'from' | 'to'>> {
  state: 'failed' | 'skipped' | 'delivered';
  types?: DeliveryFilter['types'];
  dry_run: boolean;
}

/** Repeats the deliveries of a time, the oldest first. @throws Problem `not_found`, `conflict` */
export const replay =
  (ports: Ports) =>
  async (tenant: TenantId, webhook: WebhookId, { dry_run, ...filter }: Replay) => {
    await checkEnabled(ports, tenant, webhook);
    let found = 0;
    let oldest: Delivery[] = [];
    let cursor: string | undefined;
    do {
      const page = await ports.deliveries.list(tenant, webhook, filter, { cursor, limit: PAGE });
      found += page.items.length;
      oldest = [...oldest, ...page.items].slice(-MOST - 1); // the list begins with the newest
      cursor = page.nextCursor;
    } while (cursor !== undefined);
    oldest.reverse();
    const chosen = oldest.slice(0, MOST);
    let count = chosen.length;
    if (!dry_run) {
      count = 0;
      for (const delivery of chosen) if (await again(ports, delivery)) count += 1;
    }
    const next = oldest[MOST]?.created_at;
    return {
      count: dry_run ? found : count,
      dry_run,
      ...(!dry_run && next !== undefined && { next_from: next }),
    };
  };
