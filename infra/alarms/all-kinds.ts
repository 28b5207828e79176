import { Stack } from 'aws-cdk-lib';
import { Metric } from 'aws-cdk-lib/aws-cloudwatch';
import { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { Queue } from 'aws-cdk-lib/aws-sqs';
import { alarmRows } from '../constructs/alarm-rows.ts';
import { withTemporaryApp } from '../constructs/temporary-app.ts';
import type { AlarmRow } from './alarm-row.ts';

const ARN = 'eu-west-1:111122223333';

/** Returns a row of each kind of alarm, as an environment with every part has them: for the rules of Prometheus, and tests. */
export const alarmsOfAllKinds = (): AlarmRow[] =>
  withTemporaryApp((app) => rowsIn(new Stack(app, 'Example')));

function rowsIn(stack: Stack): AlarmRow[] {
  const lambda = (name: string) => LambdaFunction.fromFunctionName(stack, name, `deeplens-local-${name}`);
  const queue = (name: string) =>
    Queue.fromQueueArn(stack, name, `arn:aws:sqs:${ARN}:deeplens-local-${name}`);
  const pair = (name: string) => ({ queue: queue(name), deadLetters: queue(`${name}-dlq`) });
  const api = (metricName: string) => (options?: object) =>
    new Metric({ namespace: 'AWS/ApiGateway', metricName, ...options });
  return alarmRows({
    api: {
      metricServerError: api('5XXError'),
      metricCount: api('Count'),
      metricLatency: api('Latency'),
    },
    functions: [lambda('search-images')],
    authorizer: lambda('authorize-request'),
    queues: { embedding: pair('embedding'), usage: pair('usage') },
    streams: { 'update-statistics': lambda('update-statistics') },
    schedules: { 'sweep-due': lambda('sweep-due') },
    tables: { images: { tableName: 'deeplens-local-images' } },
    domain: { domainName: 'deeplens-local', account: '111122223333', volumeGb: 100 },
    certificate: `arn:aws:acm:${ARN}:certificate/0a`,
    concurrency: 1_000,
    worker: { clusterName: 'deeplens-local', serviceName: 'gpu-worker', onGpu: true },
  });
}
