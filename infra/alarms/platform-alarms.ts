import { MathExpression, Metric } from 'aws-cdk-lib/aws-cloudwatch';
import { type AlarmRow, around, minute } from './alarm-row.ts';

/** Of the concurrent executions that the account allows or the environment needs, in percent. */
const CONCURRENCY = 80;

const lambdaMetric = (metricName: string, statistic: string): Metric =>
  new Metric({ namespace: 'AWS/Lambda', metricName, statistic, period: minute });

/**
 * Returns the alarms on what the account gives to functions.
 * @param needed concurrent executions that the environment can use: `neededConcurrency`
 */
export const lambdaAlarms = (needed: number): AlarmRow[] => [
  {
    name: 'lambda-throttles',
    severity: 'page',
    graph: 'Throttled functions',
    meaning: 'Lambda refuses to run functions: the account, or a reservation, is used up.',
    runbook: 'lambda-throttles',
    metric: lambdaMetric('Throttles', 'Sum'),
    above: 10,
    periods: 3,
    ...around(10, 3),
  },
  {
    name: 'lambda-concurrency',
    severity: 'ticket',
    graph: 'Concurrent executions, % of what the environment needs',
    meaning: `Functions use more than ${CONCURRENCY} % of the concurrent executions that the environment is sized for.`,
    runbook: 'lambda-concurrency',
    metric: new MathExpression({
      expression: `100 * used / ${needed}`,
      usingMetrics: { used: lambdaMetric('ConcurrentExecutions', 'Maximum') },
      period: minute,
    }),
    above: CONCURRENCY,
    periods: 5,
    fires: { used: Array.from({ length: 5 }, () => needed * 0.81) },
    quiet: { used: Array.from({ length: 5 }, () => needed * 0.8) },
  },
];

/** Returns the alarm on a table that refuses reads or writes. */
export const tableAlarm = (name: string, tableName: string): AlarmRow => {
  const throttles = (metricName: string) =>
    new Metric({
      namespace: 'AWS/DynamoDB',
      metricName,
      dimensionsMap: { TableName: tableName },
      statistic: 'Sum',
      period: minute,
    });
  return {
    name: `${name}-table-throttles`,
    severity: 'ticket',
    graph: 'Throttled requests to tables',
    meaning: `DynamoDB throttles the table ${name}: a partition is hot, or the table grows faster than it can scale.`,
    runbook: 'table-throttles',
    metric: new MathExpression({
      expression: 'FILL(reads, 0) + FILL(writes, 0)',
      usingMetrics: { reads: throttles('ReadThrottleEvents'), writes: throttles('WriteThrottleEvents') },
      period: minute,
    }),
    above: 10,
    periods: 3,
    fires: { reads: [11, null, 6], writes: [null, 11, 6] },
    quiet: { reads: [11, null, 5], writes: [null, 11, 5] },
  };
};
