import type { AnyEvent } from '#shared/contracts/events/envelope.ts';
import { announcedAt, imageId, type TenantId } from '#shared/kernel/ids.ts';
import type { PlanName } from '#shared/kernel/plans.ts';
import type { Verdict } from '#shared/kernel/vocabulary.ts';
import type { Usage } from '#shared/usage/usage.ts';
import { metrics } from './telemetry.ts';

// Each value of a dimension is a metric of its own, paid by the month: tenants are not among them. They stand beside the
// number in the same log line, where Logs Insights sums them up.

function count(
  name: string,
  unit: 'Count' | 'Milliseconds',
  value: number,
  dimensions: Record<string, string>,
  tenant: string,
): void {
  const single = metrics.singleMetric(); // written at once, with these dimensions alone
  for (const [dimension, of] of Object.entries(dimensions)) single.addDimension(dimension, of);
  single.addMetadata('tenant_id', tenant);
  single.addMetric(name, unit, value);
}

/** `tenant_usage`: calls, searches and uploads that were counted, by plan. */
export function countUsage(tenant: TenantId, plan: PlanName, usage: Usage): void {
  for (const [counter, amount] of Object.entries(usage))
    if (amount > 0) count('tenant_usage', 'Count', amount, { plan, counter }, tenant);
}

/** `search_operations`: searches that were answered, by the best verdict in the answer. */
export function countSearch(tenant: TenantId, operation: string, best: Verdict | 'none'): void {
  count('search_operations', 'Count', 1, { operation, best }, tenant);
}

/** `similarity_cache`: searches by whether the answer was known already: the share of `hit` is the hit rate. */
export function countCache(tenant: TenantId, cached: boolean): void {
  count('similarity_cache', 'Count', 1, { outcome: cached ? 'hit' : 'miss' }, tenant);
}

/**
 * `image_processing`: milliseconds from a picture's announcement to the end of each step, by what the step said.
 * Its sample count is how many pictures came that far.
 */
export function timeProcessing({ type, tenantid, data, time }: AnyEvent): void {
  if (!type.startsWith('images.')) return;
  const announced = announcedAt(imageId(String(data.image_id)));
  const stage = type.slice('images.'.length);
  const took = Math.max(0, Date.parse(time) - announced.getTime());
  count('image_processing', 'Milliseconds', took, { stage }, tenantid);
}
