import type { DeepLensEvent } from '#shared/contracts/events/registry.ts';
import { serializeEvent } from '#shared/contracts/events/serialize-event.ts';
import type { TenantId } from '#shared/kernel/ids.ts';
import type { EventPublisher } from '#shared/messaging/publisher.ts';

/** Records published events, for tests. */
export function memoryPublisher(): EventPublisher & {
  readonly events: DeepLensEvent[];
  readonly groups: TenantId[];
} {
  const events: DeepLensEvent[] = [];
  const groups: TenantId[] = [];
  return {
    events,
    groups,
    async publish(tenant, more) {
      for (const event of more) serializeEvent(event);
      events.push(...structuredClone(more));
      groups.push(...more.map(() => tenant));
    },
  };
}
