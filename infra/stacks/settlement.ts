import { Duration, type Stack } from 'aws-cdk-lib';
import { Rule, Schedule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { Env as SettleImagesEnv } from '../../functions/images/settle-images/env.ts';
import type { Environment } from '../config/environments.ts';
import { AppFunction } from '../constructs/app-function.ts';
import { ACTIONS, onTable } from '../constructs/permissions.ts';
import type { DataStack } from './data.ts';

/** Seconds. A run settles some ten thousand images. */
const TIMEOUT = 300;

/** The scheduled function that settles images which were announced and not admitted. */
export function imageSettlement(
  stack: Stack,
  { environment, data: { tables, imagesBucket, events } }: { environment: Environment; data: DataStack },
): IFunction {
  const incoming = imagesBucket.objects('incoming');
  const settle = new AppFunction<typeof SettleImagesEnv>(stack, 'SettleImages', {
    environment,
    path: 'images/settle-images',
    description: 'Frees the quota and the objects of images that were announced and not admitted',
    variables: {
      IMAGES_TABLE: tables.images.tableName,
      IMAGES_BUCKET: imagesBucket.bucket.bucketName,
      EVENTS_TOPIC_ARN: events.topicArn,
      SETTLE_IMAGES_BUDGET_SECONDS: String(TIMEOUT - 30),
    },
    timeout: TIMEOUT,
    memory: 256,
  })
    .allow(onTable('Query'), [tables.imagesBy('by_unsettled')])
    .allow(onTable('BatchGetItem', 'DeleteItem', 'GetItem', 'UpdateItem'), [tables.images.tableArn])
    .allow(ACTIONS.readObjects, [incoming])
    .allow(ACTIONS.deleteObjects, [
      incoming,
      imagesBucket.objects('uploads'),
      imagesBucket.objects('derived'),
    ])
    .allow(ACTIONS.listObjects, [imagesBucket.bucket.bucketArn])
    .allow(ACTIONS.publish, [events.topicArn]);
  new Rule(stack, 'SettleImagesSchedule', {
    schedule: Schedule.rate(Duration.minutes(15)),
    targets: [new LambdaFunction(settle.lambda, { retryAttempts: 2 })],
  });
  return settle.lambda;
}
