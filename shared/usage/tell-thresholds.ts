import { newEvent } from '#shared/contracts/events/new-event.ts';
import type { UsageThresholdV1 } from '#shared/contracts/events/usage-threshold.v1.ts';
import type { TenantId } from '#shared/kernel/ids.ts';
import { periodAt } from '#shared/kernel/period.ts';
import type { EventPublisher } from '#shared/messaging/publisher.ts';
import type { ThresholdStore } from './threshold-store.ts';

type Told = UsageThresholdV1['data'];
/** What a tenant has used of a quota. */
export type QuotaUsed = Pick<Told, 'quota' | 'used' | 'limit'>;

interface Ports {
  thresholds: ThresholdStore;
  publisher: EventPublisher;
  now?: () => Date;
}

const PERCENTS = [80, 100] as const;

/**
 * Publishes `usage.threshold` for each threshold that a tenant has reached, once a month. One that is published and could
 * not be noted is published again, under the same id.
 */
export function tellThresholds({ thresholds, publisher, now = () => new Date() }: Ports) {
  const known = new Set<string>();

  return async (tenant: TenantId, uses: readonly QuotaUsed[]): Promise<void> => {
    const at = now().toISOString();
    const period = periodAt(at);
    for (const { quota, used, limit } of uses) {
      for (const percent of PERCENTS.filter((each) => used > 0 && used * 100 >= limit * each)) {
        const threshold = `${quota}.${percent}.${period}`;
        const name = `${tenant}.${threshold}`;
        if (known.has(name)) continue;
        if (!(await thresholds.isTold(tenant, threshold))) {
          const data: Told = { quota, percent, used, limit, period, reached_at: at };
          const event = {
            tenant,
            subject: tenant,
            id: `${name}.usage.threshold`,
            correlationId: name,
            time: at,
          };
          await publisher.publish(tenant, [newEvent('usage.threshold', { ...event, data })]);
          await thresholds.noteTold(tenant, threshold);
        }
        known.add(name);
      }
    }
  };
}
