import { PLAN_NAMES } from './plans.ts';
import { ATTEMPT_OUTCOMES, VERDICTS } from './vocabulary.ts';

/** The namespace of our metrics in CloudWatch. */
export const METRICS_NAMESPACE = 'DeepLens';

/**
 * How values are read over time. `counter`: their sum. `gauge`: the last, or the greatest. `distribution`: percentiles; in
 * Prometheus a histogram.
 */
export type MetricKind = 'counter' | 'gauge' | 'distribution';

/** A dimension's values; a number bounds values that are named elsewhere, such as operations: more are counted as `other`. */
type Values = readonly string[] | number;

interface Metric {
  kind: MetricKind;
  unit: 'Count' | 'Seconds' | 'Milliseconds' | 'Bytes';
  meaning: string;
  /** In CloudWatch each combination of values is a metric of its own, with a monthly price: never a tenant, never an id. */
  dimensions: Readonly<Record<string, Values>>;
  /** Dimensions, a part of the others, by which CloudWatch has the metric too: its alarms cannot add up metrics. */
  also?: readonly string[];
  /** Read by the exporter for Prometheus: from the queues, or from the service's readiness. Without it, our programs emit it. */
  from?: 'queues' | 'readiness';
}

const metrics = <const Table extends Record<string, Metric>>(table: Table): Table => table;

/** For metrics that describe the service as a whole. */
const WHOLE = { scope: ['all'] } as const;
/** The most operations of the API, and steps behind queues, streams and schedules. */
const MOST_ROUTES = 150;
const MOST_STEPS = 40;
const MOST_MODELS = 20;

/**
 * All metrics. What is not here cannot be emitted; docs/operate/metrics.md, alarms, dashboards and Prometheus take the names
 * from here. The tenant of a value is beside it in its log line, where Logs Insights can add up by it.
 */
export const METRICS = metrics({
  http_requests_total: {
    kind: 'counter',
    unit: 'Count',
    meaning: 'Answered calls by operation and class of the status; `429` by itself.',
    dimensions: { route: MOST_ROUTES, code: ['2xx', '3xx', '4xx', '429', '5xx'] },
    also: ['code'],
  },
  http_request_duration_seconds: {
    kind: 'distribution',
    unit: 'Seconds',
    meaning: 'From a call’s arrival in the function until its reply.',
    dimensions: { route: MOST_ROUTES },
  },
  image_processing_duration_seconds: {
    kind: 'distribution',
    unit: 'Seconds',
    meaning: 'How long a step worked on an image; in a batch, how long the batch took.',
    dimensions: { operation: ['validate', 'import', 'embed', 'index', 'detect-duplicates'] },
  },
  feature_extraction_total: {
    kind: 'counter',
    unit: 'Count',
    meaning: 'Images that the gpu-worker was given, by what became of them. `gone`: purged meanwhile.',
    dimensions: { status: ['embedded', 'failed', 'gone'] },
  },
  model_inference_duration_seconds: {
    kind: 'distribution',
    unit: 'Seconds',
    meaning: 'One forward pass of a model, of a batch in the gpu-worker and of one image in a search.',
    dimensions: { model: MOST_MODELS, status: ['ok', 'failed'] },
  },
  worker_batches_total: {
    kind: 'counter',
    unit: 'Count',
    meaning: 'Batches of the gpu-worker by the provider that ran them.',
    dimensions: { provider: ['cuda', 'cpu'] },
  },
  freshness_seconds: {
    kind: 'distribution',
    unit: 'Seconds',
    meaning: 'From the announcement of an upload until a step was done. `indexed`: searches find it.',
    dimensions: { stage: ['uploaded', 'validated', 'processed', 'indexed', 'failed', 'purged', 'other'] },
  },
  batch_size: {
    kind: 'distribution',
    unit: 'Count',
    meaning: 'Messages, or records of a stream, of one batch of a step.',
    dimensions: { step: MOST_STEPS },
  },
  scheduled_items_total: {
    kind: 'counter',
    unit: 'Count',
    meaning: 'Items that scheduled functions worked on.',
    dimensions: { step: MOST_STEPS, outcome: ['done', 'failed'] },
  },
  queue_depth: {
    kind: 'gauge',
    unit: 'Count',
    meaning: 'Messages that wait in a queue. On AWS: ApproximateNumberOfMessagesVisible of AWS/SQS.',
    dimensions: { queue: 100 },
    from: 'queues',
  },
  queue_in_flight: {
    kind: 'gauge',
    unit: 'Count',
    meaning: 'Messages that consumers have taken. On AWS: ApproximateNumberOfMessagesNotVisible of AWS/SQS.',
    dimensions: { queue: 100 },
    from: 'queues',
  },
  dependency_up: {
    kind: 'gauge',
    unit: 'Count',
    meaning:
      '1 if the service reports a dependency as ready, else 0. On AWS alarms use metrics of the dependency.',
    dimensions: { dependency: 20 },
    from: 'readiness',
  },
  queue_age_seconds: {
    kind: 'distribution',
    unit: 'Seconds',
    meaning:
      'Age of a message when a step takes it. On AWS alarms use ApproximateAgeOfOldestMessage of AWS/SQS.',
    dimensions: { step: MOST_STEPS },
  },
  limiter_decisions_total: {
    kind: 'counter',
    unit: 'Count',
    meaning:
      'Decisions of the limiter. `endpoint`: an operation’s own limit. `unchecked`: the table was away, and the call was served.',
    dimensions: {
      counter: ['requests', 'searches', 'uploads', 'searches_per_person', 'endpoint'],
      outcome: ['granted', 'partly', 'refused', 'unchecked'],
    },
    also: ['outcome'],
  },
  cache_lookups_total: {
    kind: 'counter',
    unit: 'Count',
    meaning: 'Searches that found their answer in the cache, or did not.',
    dimensions: { cache: ['similarity'], outcome: ['hit', 'miss'] },
  },
  webhook_attempts_total: {
    kind: 'counter',
    unit: 'Count',
    meaning: 'Attempts to deliver to webhooks.',
    dimensions: { outcome: ATTEMPT_OUTCOMES },
  },
  webhook_first_attempt_seconds: {
    kind: 'distribution',
    unit: 'Seconds',
    meaning: 'From an event until the first attempt to deliver it ended.',
    dimensions: WHOLE,
  },
  webhook_oldest_due_seconds: {
    kind: 'gauge',
    unit: 'Seconds',
    meaning: 'How late the delivery is that waits longest; 0 if none is late.',
    dimensions: WHOLE,
  },
  scan_objects_total: {
    kind: 'counter',
    unit: 'Count',
    meaning: 'Objects that scans had imported.',
    dimensions: { outcome: ['imported', 'failed', 'requeued', 'vanished', 'dropped'] },
  },
  secret_age_days: {
    kind: 'gauge',
    unit: 'Count',
    meaning: 'Age of a tenant’s secret when it is read from the store, by what it is for.',
    dimensions: { purpose: ['storage', 'webhook', 'other'] },
  },
  usage_unmetered_total: {
    kind: 'counter',
    unit: 'Count',
    meaning: 'Calls that were served and not metered; the log has each as `usage not published`.',
    dimensions: WHOLE,
  },
  audit_altered_total: {
    kind: 'counter',
    unit: 'Count',
    meaning: 'Entries of the audit log that were changed or removed.',
    dimensions: WHOLE,
  },
  audit_refusals_dropped_total: {
    kind: 'counter',
    unit: 'Count',
    meaning: 'Refusals that are not in the audit log, because there were too many in a minute.',
    dimensions: WHOLE,
  },
  audit_outcomes_lost_total: {
    kind: 'counter',
    unit: 'Count',
    meaning: 'Changes that the audit log has as started only.',
    dimensions: WHOLE,
  },
  tenant_usage_api_calls: {
    kind: 'counter',
    unit: 'Count',
    meaning: 'Metered calls.',
    dimensions: { plan: PLAN_NAMES },
  },
  tenant_usage_searches: {
    kind: 'counter',
    unit: 'Count',
    meaning: 'Metered searches.',
    dimensions: { plan: PLAN_NAMES },
  },
  tenant_usage_uploads: {
    kind: 'counter',
    unit: 'Count',
    meaning: 'Metered uploads.',
    dimensions: { plan: PLAN_NAMES },
  },
  tenant_usage_storage_bytes: {
    kind: 'gauge',
    unit: 'Bytes',
    meaning: 'What one tenant stores, when its images have changed.',
    dimensions: { plan: PLAN_NAMES },
  },
  search_operations_duration_ms: {
    kind: 'distribution',
    unit: 'Milliseconds',
    meaning: 'How long a search took.',
    dimensions: { operation: ['searchSimilarity', 'searchDuplicates'] },
  },
  search_operations_results_count: {
    kind: 'distribution',
    unit: 'Count',
    meaning: 'Results of a search by the best verdict among them.',
    dimensions: { operation: ['searchSimilarity', 'searchDuplicates'], best: [...VERDICTS, 'none'] },
  },
  image_processing_duration_ms: {
    kind: 'distribution',
    unit: 'Milliseconds',
    meaning: 'How long a step worked on a tenant’s image, and whether it succeeded.',
    dimensions: {
      operation: ['validate', 'import', 'embed', 'index', 'detect-duplicates'],
      status: ['ok', 'failed'],
    },
  },
});

export type MetricName = keyof typeof METRICS;
type Table = typeof METRICS;
type Named<Value> = Value extends readonly (infer Name)[] ? Name : string;
/** The values of a metric's dimensions. */
export type DimensionsOf<Name extends MetricName> = {
  -readonly [Dimension in keyof Table[Name]['dimensions']]: Named<Table[Name]['dimensions'][Dimension]>;
};
/** The metrics that our programs emit. */
export type EmittedName = {
  [Name in MetricName]: Table[Name] extends { from: string } ? never : Name;
}[MetricName];
/** A step of an image. */
export type ImageOperation = DimensionsOf<'image_processing_duration_seconds'>['operation'];

/** A metric by its name, without the literal types of the table. */
export const metricNamed = (name: MetricName): Metric => METRICS[name];
export const METRIC_NAMES = Object.keys(METRICS) as MetricName[]; // Object.keys loses the literal types

/** Returns the sets of dimensions under which CloudWatch has a metric, the complete one first. */
export function dimensionSets(name: MetricName): string[][] {
  const { dimensions, also } = metricNamed(name);
  return [Object.keys(dimensions), ...(also ? [[...also]] : [])];
}
