import { eachWithin, type ScheduledRun } from '#shared/kernel/each-within.ts';
import type { AttemptQueue } from './attempt-queue.ts';
import type { DeliveryReference } from './delivery.ts';
import type { DeliveryStore } from './delivery-store.ts';

interface Ports extends ScheduledRun<DeliveryReference> {
  deliveries: Pick<DeliveryStore, 'due'>;
  queue: AttemptQueue;
}

/** Milliseconds for which the queue's own message may still come. */
const GRACE = 10_000;

/** Has the deliveries attempted whose time has come: those that a queue cannot hold so long, and those that it lost. */
export const sweepDue = (ports: Ports) => (): Promise<{ removed: number; failed: number }> =>
  eachWithin(
    ports,
    (start) => ports.deliveries.due(new Date(start.getTime() - GRACE).toISOString()),
    async (delivery) => {
      await ports.queue.send(delivery);
      return true;
    },
  );
