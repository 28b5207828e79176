import type { AnyEvent } from '#shared/contracts/events/envelope.ts';
import { newDeliveryId, tenantId } from '#shared/kernel/ids.ts';
import type { AttemptQueue } from './attempt-queue.ts';
import type { DeliveryReference } from './delivery.ts';
import type { DeliveryStore } from './delivery-store.ts';
import { isWanted } from './endpoint.ts';
import type { EndpointStore } from './endpoint-store.ts';
import { messageOf } from './message-of.ts';

interface Ports {
  endpoints: Pick<EndpointStore, 'list'>;
  deliveries: Pick<DeliveryStore, 'create'>;
  queue: AttemptQueue;
  /** Receives each delivery that was made of an event, for the log. */
  report?: (event: AnyEvent, delivery: DeliveryReference) => void;
  now?: () => Date;
}

/**
 * Makes a delivery of an event for each endpoint that wants it, however often the event comes, and has it attempted. A
 * delivery that no message of the queue is left of is found by the sweep.
 */
export const fanOut =
  ({ endpoints, deliveries, queue, report, now = () => new Date() }: Ports) =>
  async (event: AnyEvent): Promise<void> => {
    const message = messageOf(event);
    if (!message) return;
    const tenant = tenantId(event.tenantid);
    const wanting = (await endpoints.list(tenant)).filter((each) => isWanted(each, event));
    await Promise.all(
      wanting.map(async ({ webhook_id }) => {
        const begun = now();
        const at = begun.toISOString();
        const { delivery } = await deliveries.create({
          tenant_id: tenant,
          webhook_id,
          delivery_id: newDeliveryId(begun.getTime()),
          message,
          state: 'pending',
          made: 0,
          attempts: [],
          next_attempt_at: at,
          version: 1,
          created_at: at,
          updated_at: at,
        });
        report?.(event, delivery);
        if (delivery.state === 'pending' && delivery.made === 0) await queue.send(delivery);
      }),
    );
  };
