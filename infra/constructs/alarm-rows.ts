import { Duration } from 'aws-cdk-lib';
import type { RestApi } from 'aws-cdk-lib/aws-apigateway';
import { MathExpression, Metric } from 'aws-cdk-lib/aws-cloudwatch';
import type { ITable } from 'aws-cdk-lib/aws-dynamodb';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import { FRESHNESS_SECONDS } from '#shared/kernel/service-levels.ts';
import { type AlarmRow, around, minute } from '../alarms/alarm-row.ts';
import { apiAlarms, certificateAlarm } from '../alarms/api-alarms.ts';
import { indexAlarms, type WatchedDomain } from '../alarms/index-alarms.ts';
import { burnWindows, objectiveAlarms } from '../alarms/objective-alarms.ts';
import { ownAlarms, workerOnCpu } from '../alarms/own-alarms.ts';
import { lambdaAlarms, tableAlarm } from '../alarms/platform-alarms.ts';

export interface Watched {
  api: Pick<RestApi, 'metricServerError' | 'metricCount' | 'metricLatency'>;
  functions: readonly IFunction[];
  queues: Readonly<Record<string, { queue: IQueue; deadLetters: IQueue }>>;
  /** The authorizer, without an alarm of its own: Lambda counts refusals as errors, and failures show as 5xx. */
  authorizer: IFunction;
  /** The functions that read a table's stream, by step. */
  streams: Readonly<Record<string, IFunction>>;
  /** The functions that a schedule runs, by step. */
  schedules: Readonly<Record<string, IFunction>>;
  /** The tables, by name. */
  tables: Readonly<Record<string, Pick<ITable, 'tableName'>>>;
  /** The domain of the vector index; absent where it is embedded. */
  domain: WatchedDomain | undefined;
  /** The ARN of the API's certificate. */
  certificate: string | undefined;
  /** Concurrent executions that the environment can use. */
  concurrency: number;
  /** Absent where ECS runs no worker. */
  worker: { clusterName: string; serviceName: string; onGpu: boolean } | undefined;
}

/** Milliseconds: one of the 24 hours for which a stream retains records. */
const OLDEST_RECORD_MS = 3_600_000;
/** Images that wait for the gpu-worker. */
const BACKLOG = 1_000;

/** Queues whose dead letters do not concern images: they wait until an operator redrives them. */
const UNRECORDED = [
  ...['archive', 'purges', 'model-jobs', 'redrives', 'storage-removals', 'scans'],
  ...[
    'imports',
    'storage-events',
    'usage',
    'webhooks',
    'webhook-attempts',
    'webhook-replays',
    'event-replays',
  ],
];

/** Returns all alarms. */
export function alarmRows(watched: Watched): AlarmRow[] {
  const { api, functions, authorizer, queues, streams, schedules, worker } = watched;
  return [
    ...apiAlarms(api),
    ...burnWindows(api),
    ...objectiveAlarms(),
    ...Object.entries(queues).flatMap(([step, pair]) => queueAlarms(step, pair)),
    ...(queues.embedding ? [backlog(queues.embedding.queue)] : []),
    ...functions
      .filter((lambda) => lambda !== authorizer && !Object.values(schedules).includes(lambda))
      .map(errorsOf),
    ...ownAlarms(),
    ...Object.entries(streams).map(([step, lambda]) => streamAlarm(step, lambda)),
    ...Object.entries(schedules).map(([step, lambda]) => scheduleAlarm(step, lambda)),
    ...lambdaAlarms(watched.concurrency),
    ...Object.entries(watched.tables).map(([name, { tableName }]) => tableAlarm(name, tableName)),
    ...(watched.domain ? indexAlarms(watched.domain) : []),
    ...(watched.certificate ? [certificateAlarm(watched.certificate)] : []),
    ...(worker ? [workerHeartbeat(worker, queues)] : []),
    ...(worker?.onGpu ? [workerOnCpu()] : []),
  ];
}

function queueAlarms(step: string, { queue, deadLetters }: Watched['queues'][string]): AlarmRow[] {
  const recorded = UNRECORDED.includes(step) ? 1 : 10; // record-failure takes the others' within minutes
  return [
    {
      name: `${step}-dead-letters`,
      severity: 'ticket',
      graph: 'Dead letters',
      meaning: `Messages of the step ${step} were dead-lettered and not recorded.`,
      runbook: 'dead-letters',
      metric: deadLetters.metricApproximateNumberOfMessagesVisible({ period: minute }),
      above: 0.5,
      periods: recorded,
      ...around(0.5, recorded),
      prometheus: {
        alert: 'DeadLetters',
        expr: 'queue_depth{queue=~".*-dlq"} > 0',
        for: '10m',
        fires: { 'queue_depth{queue="deeplens-local-usage-dlq"}': '1x30' },
        quiet: { 'queue_depth{queue="deeplens-local-usage"}': '1x30' },
        labels: { queue: 'deeplens-local-usage-dlq' },
      },
    },
    {
      name: `${step}-waits`,
      severity: 'ticket',
      graph: 'Age of the oldest message, s',
      meaning: `The step ${step} does not keep up: its oldest message is too old.`,
      runbook: 'waits',
      metric: queue.metricApproximateAgeOfOldestMessage({ period: minute }),
      above: FRESHNESS_SECONDS,
      periods: 5,
      ...around(FRESHNESS_SECONDS, 5),
    },
  ];
}

const backlog = (queue: IQueue): AlarmRow => ({
  name: 'FeatureExtractionBacklog',
  severity: 'ticket',
  graph: 'Images that wait for the gpu-worker',
  meaning: `More than ${BACKLOG} images wait for the gpu-worker.`,
  runbook: 'FeatureExtractionBacklog',
  metric: queue.metricApproximateNumberOfMessagesVisible({ period: minute }),
  above: BACKLOG,
  periods: 5,
  ...around(BACKLOG, 5),
  prometheus: {
    alert: 'FeatureExtractionBacklog',
    expr: `sum(queue_depth{queue=~".*-embedding"}) > ${BACKLOG}`,
    for: '5m',
    fires: { 'queue_depth{queue="deeplens-local-embedding"}': '1001x20' },
    quiet: { 'queue_depth{queue="deeplens-local-embedding"}': '1000x20' },
  },
});

function errorsOf(lambda: IFunction): AlarmRow {
  const name = lambda.node.scope?.node.id ?? lambda.node.id;
  return {
    name: `${name}-errors`,
    severity: 'ticket',
    graph: 'Errors of functions',
    meaning: `The function ${name} fails: look at its log for level ERROR.`,
    runbook: 'errors',
    metric: lambda.metricErrors({ period: minute }),
    above: 2,
    periods: 3,
    ...around(2, 3),
  };
}

const streamAlarm = (step: string, lambda: IFunction): AlarmRow => ({
  name: `${step}-stream-waits`,
  severity: 'ticket',
  graph: 'Age of the oldest record of a stream, ms',
  meaning: `The function ${step} does not keep up with its table's stream, which keeps records for a day.`,
  runbook: 'stream-waits',
  metric: lambda.metric('IteratorAge', { period: minute, statistic: 'Maximum' }),
  above: OLDEST_RECORD_MS,
  periods: 5,
  ...around(OLDEST_RECORD_MS, 5),
});

const scheduleAlarm = (step: string, lambda: IFunction): AlarmRow => ({
  name: `${step}-fails`,
  severity: 'ticket',
  graph: 'Errors of scheduled functions',
  meaning: `Runs of ${step} fail again and again: look at its log for level ERROR.`,
  runbook: 'fails',
  metric: lambda.metricErrors({ period: Duration.minutes(15) }),
  above: 0.5,
  periods: 2,
  ...around(0.5, 2),
});

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
  const periods = 10; // an instance with a GPU starts in about five
  return {
    name: 'worker-heartbeat',
    severity: 'page',
    graph: 'gpu-worker missing',
    meaning: 'Images wait for embedding, and no gpu-worker runs.',
    runbook: 'worker-heartbeat',
    metric: new MathExpression({
      expression: 'IF(FILL(running, 0) < 1 AND FILL(waiting, 0) > 0, 1, 0)',
      usingMetrics: { running, ...(waiting && { waiting }) },
      period: minute,
    }),
    above: 0.5,
    periods,
    fires: {
      running: Array.from({ length: periods }, () => null),
      waiting: Array.from({ length: periods }, () => 7),
    },
    quiet: {
      running: Array.from({ length: periods }, () => null),
      waiting: Array.from({ length: periods }, (_, at) => at % 2),
    },
  };
}
