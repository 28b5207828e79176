import { eachWithin, type ScheduledRun } from '#shared/kernel/each-within.ts';
import type { AttemptQueue } from './attempt-queue.ts';
import type { DeliveryStore, DueDelivery } from './delivery-store.ts';

interface Ports extends ScheduledRun<DueDelivery> {
  deliveries: Pick<DeliveryStore, 'due'>;
  queue: AttemptQueue;
  /** Receives how late the delivery is that is due longest, in seconds; 0 if none is late. */
  recordOldest?: (seconds: number) => void;
}

/** Milliseconds for which the queue's own message may still come. */
const GRACE = 10_000;

/** Has the deliveries attempted whose time has come: those that a queue cannot hold so long, and those that it lost. */
export const sweepDue = (ports: Ports) => async (): Promise<{ removed: number; failed: number }> => {
  let oldestMs = 0;
  const swept = await eachWithin(
    ports,
    (start) => ports.deliveries.due(new Date(start.getTime() - GRACE).toISOString()),
    async ({ due_at, ...delivery }, start) => {
      oldestMs = Math.max(oldestMs, start.getTime() - Date.parse(due_at));
      await ports.queue.send(delivery);
      return true;
    },
  );
  ports.recordOldest?.(oldestMs / 1000);
  return swept;
};
