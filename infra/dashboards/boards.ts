import type { MetricName } from '#shared/kernel/metrics.ts';

/** A graph of one metric of the registry, in CloudWatch and in Grafana. */
export interface Panel {
  title: string;
  metric: MetricName;
  /** `sum`: per minute. `p50`, `p95`, `p99`: percentiles. `max`: the greatest. */
  show: 'sum' | 'p50' | 'p95' | 'p99' | 'max';
  /** The dimension by which Grafana draws lines; CloudWatch draws one for each combination of values. */
  by?: string;
}

/** A dashboard's graphs, in their order. */
export type Board = readonly Panel[];

/** The dashboards of our own metrics. Each metric of the registry is in one of them. */
export const BOARDS = {
  service: [
    { title: 'Calls a minute by status', metric: 'http_requests_total', show: 'sum', by: 'code' },
    { title: 'Duration of calls, p95 s', metric: 'http_request_duration_seconds', show: 'p95', by: 'route' },
    { title: 'Dependencies that are up', metric: 'dependency_up', show: 'max', by: 'dependency' },
    { title: 'Decisions of the limiter', metric: 'limiter_decisions_total', show: 'sum', by: 'outcome' },
    { title: 'Similarity cache', metric: 'cache_lookups_total', show: 'sum', by: 'outcome' },
    { title: 'Calls not metered', metric: 'usage_unmetered_total', show: 'sum' },
    { title: 'Audit log altered', metric: 'audit_altered_total', show: 'sum' },
    { title: 'Refusals not in the audit log', metric: 'audit_refusals_dropped_total', show: 'sum' },
    { title: 'Changes without their outcome', metric: 'audit_outcomes_lost_total', show: 'sum' },
    { title: 'Age of secrets in use, days', metric: 'secret_age_days', show: 'max', by: 'purpose' },
  ],
  pipeline: [
    { title: 'Freshness by stage, p99 s', metric: 'freshness_seconds', show: 'p99', by: 'stage' },
    {
      title: 'Work on an image, p95 s',
      metric: 'image_processing_duration_seconds',
      show: 'p95',
      by: 'operation',
    },
    {
      title: 'Images that the worker was given',
      metric: 'feature_extraction_total',
      show: 'sum',
      by: 'status',
    },
    { title: 'Forward passes, p95 s', metric: 'model_inference_duration_seconds', show: 'p95', by: 'model' },
    { title: 'Batches by provider', metric: 'worker_batches_total', show: 'sum', by: 'provider' },
    { title: 'Size of batches, median', metric: 'batch_size', show: 'p50', by: 'step' },
    { title: 'Messages that wait', metric: 'queue_depth', show: 'max', by: 'queue' },
    { title: 'Messages in flight', metric: 'queue_in_flight', show: 'max', by: 'queue' },
    { title: 'Age of messages, p95 s', metric: 'queue_age_seconds', show: 'p95', by: 'step' },
    { title: 'Objects of scans', metric: 'scan_objects_total', show: 'sum', by: 'outcome' },
    { title: 'Items of scheduled functions', metric: 'scheduled_items_total', show: 'sum', by: 'step' },
    { title: 'Webhooks, attempts', metric: 'webhook_attempts_total', show: 'sum', by: 'outcome' },
    { title: 'Webhooks, first attempt, p99 s', metric: 'webhook_first_attempt_seconds', show: 'p99' },
    { title: 'Webhooks, how late, s', metric: 'webhook_oldest_due_seconds', show: 'max' },
  ],
  tenants: [
    { title: 'Metered calls by plan', metric: 'tenant_usage_api_calls', show: 'sum', by: 'plan' },
    { title: 'Metered searches by plan', metric: 'tenant_usage_searches', show: 'sum', by: 'plan' },
    { title: 'Metered uploads by plan', metric: 'tenant_usage_uploads', show: 'sum', by: 'plan' },
    {
      title: 'The largest library by plan, bytes',
      metric: 'tenant_usage_storage_bytes',
      show: 'max',
      by: 'plan',
    },
    { title: 'Searches, p95 ms', metric: 'search_operations_duration_ms', show: 'p95', by: 'operation' },
    {
      title: 'Results of a search, median',
      metric: 'search_operations_results_count',
      show: 'p50',
      by: 'best',
    },
    { title: 'Work on images, p95 ms', metric: 'image_processing_duration_ms', show: 'p95', by: 'operation' },
  ],
} as const satisfies Record<string, Board>;

export type BoardName = keyof typeof BOARDS;
