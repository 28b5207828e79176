import type { DeepLensEvent } from '#shared/contracts/events/registry.ts';
import type { TenantId } from '#shared/kernel/ids.ts';

/**
 * Publishes events at least once. Events of one tenant share a message group, so that subscribed queues stay fair between
 * tenants.
 */
export interface EventPublisher {
  /** @throws Problem `dependency_unavailable` if any of the events was not accepted; `event_too_large` */
  publish(tenant: TenantId, events: readonly DeepLensEvent[]): Promise<void>;
}
