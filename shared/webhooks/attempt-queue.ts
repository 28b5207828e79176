import type { DeliveryReference } from './delivery.ts';

/** Has deliveries attempted, at least once. A backlog of one endpoint holds up no other. */
export interface AttemptQueue {
  /** @param delaySeconds at most 15 minutes. @throws Problem `dependency_unavailable` */
  send(delivery: DeliveryReference, delaySeconds?: number): Promise<void>;
}
/** The longest delay of a queue, in seconds; what is due later waits in the store. */
export const LONGEST_DELAY = 900;
