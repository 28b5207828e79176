import { Duration } from 'aws-cdk-lib';
import {
  Dashboard,
  GraphWidget,
  LogQueryVisualizationType,
  LogQueryWidget,
  MathExpression,
  Metric,
} from 'aws-cdk-lib/aws-cloudwatch';
import type { Construct } from 'constructs';
import { dimensionSets, METRICS_NAMESPACE, metricNamed } from '#shared/kernel/metrics.ts';
import type { Environment } from '../config/environments.ts';
import { SAVED_QUERIES } from '../constructs/saved-queries.ts';
import { BOARDS, type Board, type Panel } from './boards.ts';

const STATISTICS = { sum: 'Sum', p50: 'p50', p95: 'p95', p99: 'p99', max: 'Maximum' } as const;
/** The metrics of AWS that stand for those that only the exporter reads. */
const OF_AWS: Readonly<Record<string, string>> = {
  queue_depth: 'ApproximateNumberOfMessagesVisible',
  queue_in_flight: 'ApproximateNumberOfMessagesNotVisible',
};
const WIDTH = 12;

/** Creates the dashboards of our own metrics and the one of cost, each named after the environment. */
export function cloudWatchBoards(scope: Construct, environment: Environment): void {
  const named = (name: string) =>
    new Dashboard(scope, `Board-${name}`, { dashboardName: `deeplens-${environment.name}-${name}` });
  for (const [name, board] of Object.entries<Board>(BOARDS)) {
    const widgets = board.flatMap((panel) => graphOf(panel, environment) ?? []);
    named(name).addWidgets(...widgets, ...(name === 'tenants' ? busiest(environment) : []));
  }
  named('cost').addWidgets(...costGraphs(environment));
}

/** @returns undefined for what AWS has no metric of */
function graphOf(
  { title, metric, show }: Panel,
  { name: environment }: Environment,
): GraphWidget | undefined {
  const period = Duration.minutes(show === 'sum' || show === 'max' ? 1 : 5);
  const statistic = STATISTICS[show];
  const seconds = period.toSeconds();
  const { from } = metricNamed(metric);
  const ofAws = OF_AWS[metric];
  if (from && !ofAws) return undefined;
  const search = ofAws
    ? `SEARCH('{AWS/SQS,QueueName} QueueName="deeplens-${environment}" MetricName="${ofAws}"', '${statistic}', ${seconds})`
    : `SEARCH('{${[METRICS_NAMESPACE, ...(dimensionSets(metric)[0] ?? [])].join()}} MetricName="${metric}"', '${statistic}', ${seconds})`;
  const left = [new MathExpression({ expression: search, label: '', usingMetrics: {}, period })];
  return new GraphWidget({ title, left, width: WIDTH });
}

/** Lists the tenants with the most calls: their ids are no dimensions, but stand in the lines. */
function busiest({ name }: Environment): LogQueryWidget[] {
  const query = SAVED_QUERIES.find((each) => each.name === 'busiest-tenants');
  if (!query) return [];
  return [
    new LogQueryWidget({
      title: 'Tenants with the most calls',
      logGroupNames: (query.paths ?? []).map((path) => `/deeplens/${name}/${path}`),
      queryString: query.query,
      view: LogQueryVisualizationType.TABLE,
      width: WIDTH,
    }),
  ];
}

/** What is paid for, as AWS counts it. */
function costGraphs({ name }: Environment): GraphWidget[] {
  const day = Duration.days(1);
  const search = (title: string, schema: string, filter: string, metricName: string, statistic: string) =>
    new GraphWidget({
      title,
      width: WIDTH,
      left: [
        new MathExpression({
          expression: `SEARCH('{${schema}} ${filter} MetricName="${metricName}"', '${statistic}', ${day.toSeconds()})`,
          label: '',
          usingMetrics: {},
          period: day,
        }),
      ],
    });
  const ours = `"deeplens-${name}"`;
  return [
    new GraphWidget({
      title: 'Estimated charges of the account, USD (only in us-east-1)',
      width: WIDTH,
      left: [
        new Metric({
          namespace: 'AWS/Billing',
          metricName: 'EstimatedCharges',
          dimensionsMap: { Currency: 'USD' },
          statistic: 'Maximum',
          period: day,
        }),
      ],
    }),
    search('Functions, ms a day', 'AWS/Lambda,FunctionName', `FunctionName=${ours}`, 'Duration', 'Sum'),
    search('Calls of the API a day', 'AWS/ApiGateway,ApiName', `ApiName=${ours}`, 'Count', 'Sum'),
    search(
      'Tables, units read a day',
      'AWS/DynamoDB,TableName',
      `TableName=${ours}`,
      'ConsumedReadCapacityUnits',
      'Sum',
    ),
    search(
      'Tables, units written a day',
      'AWS/DynamoDB,TableName',
      `TableName=${ours}`,
      'ConsumedWriteCapacityUnits',
      'Sum',
    ),
    search('Messages sent a day', 'AWS/SQS,QueueName', `QueueName=${ours}`, 'NumberOfMessagesSent', 'Sum'),
    search(
      'Logs, bytes a day',
      'AWS/Logs,LogGroupName',
      `LogGroupName="/deeplens/${name}"`,
      'IncomingBytes',
      'Sum',
    ),
    search(
      'Buckets, bytes',
      'AWS/S3,BucketName,StorageType',
      `BucketName=${ours}`,
      'BucketSizeBytes',
      'Average',
    ),
    search(
      'Tasks of the gpu-worker',
      'ECS/ContainerInsights,ClusterName,ServiceName',
      `ClusterName=${ours}`,
      'RunningTaskCount',
      'Average',
    ),
    search(
      'Nodes of the vector index',
      'AWS/ES,ClientId,DomainName',
      `DomainName=${ours}`,
      'Nodes',
      'Average',
    ),
  ];
}
