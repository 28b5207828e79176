import type { DeliveryId, TenantId, WebhookId } from '#shared/kernel/ids.ts';
import { Problem } from '#shared/kernel/problems.ts';
import type { AttemptQueue } from './attempt-queue.ts';
import type { Delivery } from './delivery.ts';
import type { DeliveryStore } from './delivery-store.ts';
import type { EndpointStore } from './endpoint-store.ts';
import { webhookNotFound } from './manage-webhooks.ts';

export interface RedeliverPorts {
  endpoints: Pick<EndpointStore, 'get'>;
  deliveries: Pick<DeliveryStore, 'get' | 'save'>;
  queue: AttemptQueue;
  now?: () => Date;
}

/** @throws Problem `not_found`, `conflict` */
export async function checkEnabled(
  { endpoints }: Pick<RedeliverPorts, 'endpoints'>,
  tenant: TenantId,
  webhook: WebhookId,
): Promise<void> {
  const endpoint = await endpoints.get(tenant, webhook);
  if (!endpoint) throw webhookNotFound(webhook);
  if (endpoint.state !== 'enabled')
    throw new Problem('conflict', `The webhook ${webhook} is disabled. Enable it first.`);
}

/** Gives a delivery all its attempts again, from now on. @returns undefined if it was changed meanwhile */
export async function again(
  { deliveries, queue, now = () => new Date() }: RedeliverPorts,
  delivery: Delivery,
) {
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
  (ports: RedeliverPorts) =>
  async (tenant: TenantId, webhook: WebhookId, delivery: DeliveryId): Promise<Delivery> => {
    await checkEnabled(ports, tenant, webhook);
    const read = await ports.deliveries.get(tenant, webhook, delivery);
    if (!read) throw new Problem('not_found', `There is no delivery ${delivery} of ${webhook}.`);
    if (read.state === 'pending') return read;
    const saved = await again(ports, read);
    if (saved) return saved;
    throw new Problem('conflict', `The delivery ${delivery} was changed at the same time. Try again.`);
  };
