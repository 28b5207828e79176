import { Duration } from 'aws-cdk-lib';
import type { RestApi } from 'aws-cdk-lib/aws-apigateway';
import { MathExpression, Metric } from 'aws-cdk-lib/aws-cloudwatch';
import type { NodejsFunction } from 'aws-cdk-lib/aws-lambda-nodejs';
import { FRESHNESS_SECONDS } from '#shared/kernel/service-levels.ts';
import type { QueueWithDlq } from './queue-with-dlq.ts';

export interface AlarmRow {
  name: string;
  /** The dashboard graph that shows it. */
  graph: string;
  /** The fault, for the person on call. */
  meaning: string;
  /** Must have no label: CloudWatch would treat it as an expression. */
  metric: Metric | MathExpression;
  above: number;
  /** Consecutive periods of the metric; a period is a minute unless the metric says otherwise. */
  periods: number;
}

export interface Watched {
  api: RestApi;
  functions: readonly NodejsFunction[];
  queues: Readonly<Record<string, QueueWithDlq>>;
  /** The authorizer, without an alarm of its own: Lambda counts refusals as errors, and failures show as 5xx. */
  authorizer: NodejsFunction;
  /** The functions that read a table's stream, by step. */
  streams: Readonly<Record<string, NodejsFunction>>;
  /** The functions that a schedule runs every 15 minutes, by step. */
  schedules: Readonly<Record<string, NodejsFunction>>;
  /** Absent where ECS runs no worker. */
  worker: { clusterName: string; serviceName: string } | undefined;
}

const minute = Duration.minutes(1);
/** Milliseconds: one of the 24 hours for which a stream retains records. */
const OLDEST_RECORD_MS = 3_600_000;
/** Milliseconds at the API for 95 % of calls, including searches and cold starts. */
const LATENCY_P95 = 2_000;

/** Queues whose dead letters do not concern images: they wait until an operator redrives them. */
const UNRECORDED = [
  ...['archive', 'purges', 'model-jobs', 'redrives', 'storage-removals', 'scans'],
  ...['imports', 'usage', 'webhooks', 'webhook-attempts', 'webhook-replays', 'event-replays'],
];

/** Returns a count in the service's own namespace. */
const ownMetric = (metricName: string, dimensionsMap: Record<string, string>): Metric =>
  new Metric({
    namespace: 'DeepLens',
    metricName,
    dimensionsMap,
    statistic: 'Sum',
    period: minute,
  });

/** Returns all alarms. */
export function alarmRows({
  api,
  functions,
  authorizer,
  queues,
  streams,
  schedules,
  worker,
}: Watched): AlarmRow[] {
  return [
    ...Object.entries(queues).flatMap(([step, { queue, deadLetters }]): AlarmRow[] => [
      {
        name: `${step}-dead-letters`,
        graph: 'Dead letters',
        meaning: `Messages of the step ${step} were dead-lettered and not recorded.`,
        metric: deadLetters.metricApproximateNumberOfMessagesVisible({ period: minute }),
        above: 0.5,
        periods: UNRECORDED.includes(step) ? 1 : 10, // record-failure takes the others' within minutes
      },
      {
        name: `${step}-waits`,
        graph: 'Age of the oldest message, s',
        meaning: `The step ${step} does not keep up: its oldest message is too old.`,
        metric: queue.metricApproximateAgeOfOldestMessage({ period: minute }),
        above: FRESHNESS_SECONDS,
        periods: 5,
      },
    ]),
    ...functions
      .filter((lambda) => lambda !== authorizer && !Object.values(schedules).includes(lambda))
      .map((lambda): AlarmRow => {
        const name = lambda.node.scope?.node.id ?? lambda.node.id;
        return {
          name: `${name}-errors`,
          graph: 'Errors of functions',
          meaning: `The function ${name} fails: look at its log for level ERROR.`,
          metric: lambda.metricErrors({ period: minute }),
          above: 2,
          periods: 3,
        };
      }),
    {
      name: 'api-5xx',
      graph: 'API, 5xx',
      meaning: 'Callers get 5xx.',
      metric: api.metricServerError({ period: minute, statistic: 'Sum' }),
      above: 5,
      periods: 3,
    },
    {
      name: 'api-latency',
      graph: 'API, p95 ms',
      meaning: 'Callers wait too long.',
      metric: api.metricLatency({ period: minute, statistic: 'p95' }),
      above: LATENCY_P95,
      periods: 10,
    },
    {
      name: 'audit-altered',
      graph: 'Audit log altered',
      meaning: 'An entry of the audit log was changed or removed; the archive has the original.',
      metric: ownMetric('audit_altered', { service: 'audit/export-audit' }),
      above: 0.5,
      periods: 1,
    },
    {
      name: 'audit-refusals-dropped',
      graph: 'Refusals not in the audit log',
      meaning: 'A flood of refused calls: only the first of each minute are in the audit log.',
      metric: ownMetric('audit_refusals_dropped', { scope: 'all' }),
      above: 0.5,
      periods: 1,
    },
    {
      name: 'audit-outcome-lost',
      graph: 'Changes without their outcome',
      meaning:
        'The audit log has changes as started only: the function’s log has each as "outcome not in the audit log", with the entry.',
      metric: ownMetric('audit_outcome_lost', { scope: 'all' }),
      above: 0.5,
      periods: 1,
    },
    {
      name: 'limits-unchecked',
      graph: 'Calls not limited or not metered',
      meaning: 'The limiter cannot reach its table: calls are admitted uncounted, images are refused.',
      metric: ownMetric('limits_unchecked', { scope: 'all' }),
      above: 5,
      periods: 2,
    },
    {
      name: 'usage-untold',
      graph: 'Calls not limited or not metered',
      meaning:
        'Calls were served and not metered: the log has each as "usage not published", to be counted later.',
      metric: ownMetric('usage_untold', { scope: 'all' }),
      above: 0.5,
      periods: 1,
    },
    ...Object.entries(streams).map(
      ([step, lambda]): AlarmRow => ({
        name: `${step}-stream-waits`,
        graph: 'Age of the oldest record of a stream, ms',
        meaning: `The function ${step} does not keep up with its table's stream, which keeps records for a day.`,
        metric: lambda.metric('IteratorAge', { period: minute, statistic: 'Maximum' }),
        above: OLDEST_RECORD_MS,
        periods: 5,
      }),
    ),
    ...Object.entries(schedules).map(
      ([step, lambda]): AlarmRow => ({
        name: `${step}-fails`,
        graph: 'Errors of scheduled functions',
        meaning: `Runs of ${step} fail again and again: look at its log for level ERROR.`,
        metric: lambda.metricErrors({ period: Duration.minutes(15) }),
        above: 0.5,
        periods: 2,
      }),
    ),
    ...(worker ? [workerHeartbeat(worker, queues)] : []),
  ];
}

/** Alarms if images wait and no worker runs; without waiting images, no worker is normal. */
function workerHeartbeat(
  { clusterName, serviceName }: NonNullable<Watched['worker']>,
  { embedding }: Watched['queues'],
): AlarmRow {
  const running = new Metric({
    namespace: 'ECS/ContainerInsights',
    metricName: 'RunningTaskCount',
    dimensionsMap: { ClusterName: clusterName, ServiceName: serviceName },
    statistic: 'Maximum',
    period: minute,
  });
  const waiting = embedding?.queue.metricApproximateNumberOfMessagesVisible({ period: minute });
  return {
    name: 'worker-heartbeat',
    graph: 'gpu-worker missing',
    meaning: 'Images wait for embedding, and no gpu-worker runs.',
    metric: new MathExpression({
      expression: 'IF(FILL(running, 0) < 1 AND FILL(waiting, 0) > 0, 1, 0)',
      usingMetrics: { running, ...(waiting && { waiting }) },
      period: minute,
    }),
    above: 0.5,
    periods: 10, // an instance with a GPU starts in about five
  };
}
