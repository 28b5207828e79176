import type { Stack } from 'aws-cdk-lib';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import type { Env as RecordFailureEnv } from '../../functions/images/record-failure/env.ts';
import type { Environment } from '../config/environments.ts';
import { AppFunction } from '../constructs/app-function.ts';
import { ACTIONS, onTable } from '../constructs/permissions.ts';
import { eventSource } from '../constructs/queue-with-dlq.ts';
import type { DataStack } from './data.ts';

/** Dead-letter queues, each with the stage at which its images failed. */
export type DeadLetters = readonly (readonly [stage: string, queue: Queue])[];

/** Seconds per batch. */
const TIMEOUT = 30;

/** The function that records dead letters with their images. */
export function failureRecording(
  stack: Stack,
  { environment, data }: { environment: Environment; data: DataStack },
  deadLetters: DeadLetters,
): IFunction {
  const stages = deadLetters.map(([stage, { queueName }]) => [queueName, stage]);
  const record = new AppFunction<typeof RecordFailureEnv>(stack, 'RecordFailure', {
    environment,
    path: 'images/record-failure',
    description: 'Publishes images.failed for messages that no step could handle',
    variables: {
      IMAGES_TABLE: data.tables.images.tableName,
      IMAGES_BUCKET: data.imagesBucket.bucket.bucketName,
      EVENTS_TOPIC_ARN: data.events.topicArn,
      DEAD_LETTER_STAGES: JSON.stringify(Object.fromEntries(stages)),
    },
    timeout: TIMEOUT,
    memory: 512,
  })
    .allow(onTable('UpdateItem'), [data.tables.images.tableArn])
    .allow(ACTIONS.publish, [data.events.topicArn]);
  for (const [, queue] of deadLetters)
    record.lambda.addEventSource(eventSource(queue, { size: 10, waitSeconds: 0 }));
  return record.lambda;
}
