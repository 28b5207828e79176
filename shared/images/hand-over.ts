import type { TenantId } from '#shared/kernel/ids.ts';
import type { FairQueue } from '#shared/messaging/fair-queue.ts';
import type { Limiter } from '#shared/rate-limit/limiter.ts';

interface Ports {
  limiter: Pick<Limiter, 'take'>;
  fairQueue: FairQueue;
}

/** Uploads of a tenant that are validated in the order of their arrival, per minute. */
export const IN_ORDER_OF_ARRIVAL = 10;

/**
 * Sends the notification of an upload to the fair queue if it came by another queue and its tenant has had its share of the
 * minute: docs/adr/0039-fair-validation.md.
 * @returns true if it was sent, so that the fair queue delivers it
 * @throws Problem `dependency_unavailable`
 */
export const handOver =
  ({ limiter, fairQueue }: Ports) =>
  async (tenant: TenantId, notification: unknown, queue: string): Promise<boolean> => {
    if (queue === fairQueue.name) return false;
    const share = { counter: 'validations', amount: 1, limit: IN_ORDER_OF_ARRIVAL };
    const [grant] = await limiter.take(tenant, [share]);
    if (grant?.granted === 1) return false;
    await fairQueue.send(tenant, notification);
    return true;
  };
