import { MathExpression, Metric } from 'aws-cdk-lib/aws-cloudwatch';
import { type AlarmRow, around, minute } from './alarm-row.ts';
import type { PrometheusAlert } from './prometheus-alert.ts';

/** A domain of OpenSearch, as CloudWatch names it. */
export interface WatchedDomain {
  domainName: string;
  /** The AWS account. */
  account: string;
  /** GB of each data node's volume. */
  volumeGb: number;
}

/** The rule of a vector index of any kind, by the service's own readiness. */
export const VECTOR_DATABASE_DOWN: PrometheusAlert = {
  alert: 'VectorDatabaseDown',
  expr: 'min(dependency_up{dependency="vector_index"}) < 1',
  for: '1m',
  fires: { 'dependency_up{dependency="vector_index"}': '0x20' },
  quiet: { 'dependency_up{dependency="vector_index"}': '1x20' },
};

/** Returns the alarms on the domain of the vector index. */
export function indexAlarms({ domainName, account, volumeGb }: WatchedDomain): AlarmRow[] {
  const metric = (metricName: string, statistic: string) =>
    new Metric({
      namespace: 'AWS/ES',
      metricName,
      dimensionsMap: { DomainName: domainName, ClientId: account },
      statistic,
      period: minute,
    });
  const megabytes = Math.round(volumeGb * 1024 * 0.2);
  return [
    {
      name: 'VectorDatabaseDown',
      severity: 'page',
      graph: 'OpenSearch, down or red',
      meaning: 'OpenSearch reports neither green nor yellow: searches fail, images wait.',
      runbook: 'VectorDatabaseDown',
      metric: new MathExpression({
        expression: 'IF(FILL(green, 0) + FILL(yellow, 0) > 0, 0, 1)',
        usingMetrics: {
          green: metric('ClusterStatus.green', 'Maximum'),
          yellow: metric('ClusterStatus.yellow', 'Maximum'),
        },
        period: minute,
      }),
      above: 0.5,
      periods: 1,
      missing: 'breaching', // a domain that is gone reports nothing
      fires: { green: [0], yellow: [null] },
      quiet: { green: [0], yellow: [1] },
      prometheus: VECTOR_DATABASE_DOWN,
    },
    {
      name: 'opensearch-red',
      severity: 'page',
      graph: 'OpenSearch, down or red',
      meaning: 'A primary shard is missing: tenants of that shard get no results.',
      runbook: 'opensearch-red',
      metric: metric('ClusterStatus.red', 'Maximum'),
      above: 0.5,
      periods: 1,
      ...around(0.5, 1),
    },
    {
      name: 'opensearch-disk',
      severity: 'page',
      graph: 'OpenSearch, MB of disk that are missing',
      meaning:
        'A data node has less than a fifth of its disk left; at the flood stage the index refuses writes.',
      runbook: 'opensearch-disk',
      metric: new MathExpression({
        expression: `${megabytes} - free`,
        usingMetrics: { free: metric('FreeStorageSpace', 'Minimum') },
        period: minute,
      }),
      above: 0,
      periods: 5,
      fires: { free: Array.from({ length: 5 }, () => megabytes - 1) },
      quiet: { free: Array.from({ length: 5 }, () => megabytes) },
    },
    {
      name: 'opensearch-jvm',
      severity: 'ticket',
      graph: 'OpenSearch, JVM memory pressure in %',
      meaning: 'The heap of a data node is nearly full; above 95 % the domain refuses writes.',
      runbook: 'opensearch-jvm',
      metric: metric('JVMMemoryPressure', 'Maximum'),
      above: 85,
      periods: 5,
      ...around(85, 5),
    },
    {
      name: 'opensearch-rejected',
      severity: 'ticket',
      graph: 'OpenSearch, rejected requests',
      meaning: 'Thread pools of the domain are full: it refuses writes or searches.',
      runbook: 'opensearch-rejected',
      // The domain counts since its nodes started.
      metric: new MathExpression({
        expression: 'DIFF(writes) + DIFF(searches)',
        usingMetrics: {
          writes: metric('ThreadpoolWriteRejected', 'Maximum'),
          searches: metric('ThreadpoolSearchRejected', 'Maximum'),
        },
        period: minute,
      }),
      above: 0.5,
      periods: 3,
      fires: { writes: [5, 6, 6, 7], searches: [0, 0, 1, 1] },
      quiet: { writes: [5, 6, 6, 7], searches: [0, 0, 0, 0] },
    },
  ];
}
