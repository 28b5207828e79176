import type { DeepLensEvent } from '#shared/contracts/events/registry.ts';
import type { TenantId } from '#shared/kernel/ids.ts';

/**
 * Tells the rest of the system what happened. Events of one tenant share a message group, so that the queues
 * behind stay fair between tenants. At least once: a publisher may tell the same event again.
 */
export interface EventPublisher {
  /** @throws Problem `dependency_unavailable` where any of the events was not accepted. */
  publish(tenant: TenantId, events: readonly DeepLensEvent[]): Promise<void>;
}
