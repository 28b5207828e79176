import type { AnyEvent } from '#shared/contracts/events/envelope.ts';
import { announcedAt, imageId, type TenantId } from '#shared/kernel/ids.ts';
import type { DimensionsOf, ImageOperation } from '#shared/kernel/metrics.ts';
import type { PlanName } from '#shared/kernel/plans.ts';
import type { Usage } from '#shared/usage/usage.ts';
import { emit } from './emit.ts';

/** Counts metered calls, searches and uploads by plan. */
export function countUsage(tenant_id: TenantId, plan: PlanName, usage: Usage): void {
  if (usage.requests > 0) emit('tenant_usage_api_calls', usage.requests, { plan }, { tenant_id });
  if (usage.searches > 0) emit('tenant_usage_searches', usage.searches, { plan }, { tenant_id });
  if (usage.uploads > 0) emit('tenant_usage_uploads', usage.uploads, { plan }, { tenant_id });
}

/** Records what a tenant stores now. */
export function recordStorage(tenant_id: TenantId, plan: PlanName, bytes: number): void {
  emit('tenant_usage_storage_bytes', bytes, { plan }, { tenant_id });
}

type SearchOperation = DimensionsOf<'search_operations_duration_ms'>['operation'];
type Best = DimensionsOf<'search_operations_results_count'>['best'];

/** Records a completed search: its duration, and its results by the best verdict among them. */
export function recordSearch(
  tenant_id: TenantId,
  operation: SearchOperation,
  { ms, results, best }: { ms: number; results: number; best: Best },
): void {
  emit('search_operations_duration_ms', ms, { operation }, { tenant_id });
  emit('search_operations_results_count', results, { operation, best }, { tenant_id });
}

/** Counts cache hits and misses of searches. */
export function countCache(tenant_id: TenantId, cached: boolean): void {
  const outcome = cached ? 'hit' : 'miss';
  emit('cache_lookups_total', 1, { cache: 'similarity', outcome }, { tenant_id });
}

/** Records how long a step worked on an image. */
export function recordProcessing(
  operation: ImageOperation,
  ms: number,
  succeeded: boolean,
  tenant_id?: string,
): void {
  const beside = tenant_id === undefined ? {} : { tenant_id };
  const status = succeeded ? 'ok' : 'failed';
  emit('image_processing_duration_seconds', ms / 1000, { operation });
  emit('image_processing_duration_ms', ms, { operation, status }, beside);
}

const STAGES = ['uploaded', 'validated', 'processed', 'indexed', 'failed', 'purged'] as const;

/** Records the time from the announcement of an image to the end of each of its steps. */
export function recordFreshness({ type, tenantid, data, time }: AnyEvent): void {
  if (!type.startsWith('images.')) return;
  const announced = announcedAt(imageId(String(data.image_id)));
  const stage = STAGES.find((each) => type === `images.${each}`) ?? 'other';
  const elapsedMs = Math.max(0, Date.parse(time) - announced.getTime());
  emit('freshness_seconds', elapsedMs / 1000, { stage }, { tenant_id: tenantid });
}

/** Counts an attempt to deliver to a webhook. @param firstAfterMs since the event, at the first attempt alone */
export function countWebhookAttempt(
  tenant_id: TenantId,
  outcome: DimensionsOf<'webhook_attempts_total'>['outcome'],
  firstAfterMs?: number,
): void {
  emit('webhook_attempts_total', 1, { outcome }, { tenant_id });
  if (firstAfterMs === undefined) return;
  emit('webhook_first_attempt_seconds', Math.max(0, firstAfterMs) / 1000, { scope: 'all' }, { tenant_id });
}

/** Records the age of a tenant's secret, in days, by the first part of its path. */
export function recordSecretAge(path: string, written: Date): void {
  const [first] = path.split('/');
  const purpose = first === 'storage' || first === 'webhook' ? first : 'other';
  emit('secret_age_days', (Date.now() - written.getTime()) / 86_400_000, { purpose });
}
