import type { AnyEvent } from '#shared/contracts/events/envelope.ts';
import { announcedAt, imageId, type TenantId } from '#shared/kernel/ids.ts';
import type { PlanName } from '#shared/kernel/plans.ts';
import type { Verdict } from '#shared/kernel/vocabulary.ts';
import type { Usage } from '#shared/usage/usage.ts';
import { metrics } from './telemetry.ts';

// Each dimension value is a separate metric with a monthly price, so the tenant is no dimension but metadata of the log line,
// for Logs Insights to aggregate.

function count(
  name: string,
  unit: 'Count' | 'Milliseconds',
  value: number,
  dimensions: Record<string, string>,
  tenant: string,
): void {
  const single = metrics.singleMetric(); // flushed at once, with these dimensions only
  for (const [dimension, label] of Object.entries(dimensions)) single.addDimension(dimension, label);
  single.addMetadata('tenant_id', tenant);
  single.addMetric(name, unit, value);
}

/** Counts metered calls, searches and uploads by plan: `tenant_usage`. */
export function countUsage(tenant: TenantId, plan: PlanName, usage: Usage): void {
  for (const [counter, amount] of Object.entries(usage))
    if (amount > 0) count('tenant_usage', 'Count', amount, { plan, counter }, tenant);
}

/** Counts completed searches by the best verdict of their results: `search_operations`. */
export function countSearch(tenant: TenantId, operation: string, best: Verdict | 'none'): void {
  count('search_operations', 'Count', 1, { operation, best }, tenant);
}

/** Counts cache hits and misses of searches: `similarity_cache`. */
export function countCache(tenant: TenantId, cached: boolean): void {
  count('similarity_cache', 'Count', 1, { outcome: cached ? 'hit' : 'miss' }, tenant);
}

/**
 * Records milliseconds from the request of an upload to the end of each processing step: `image_processing`. Its sample
 * count is the number of images that reached the step.
 */
export function timeProcessing({ type, tenantid, data, time }: AnyEvent): void {
  if (!type.startsWith('images.')) return;
  const announced = announcedAt(imageId(String(data.image_id)));
  const stage = type.slice('images.'.length);
  const elapsedMs = Math.max(0, Date.parse(time) - announced.getTime());
  count('image_processing', 'Milliseconds', elapsedMs, { stage }, tenantid);
}

/** Counts attempts to deliver to webhooks by their outcome: `webhook_attempts`. */
export function countWebhookAttempt(tenant: TenantId, outcome: string): void {
  count('webhook_attempts', 'Count', 1, { outcome }, tenant);
}
