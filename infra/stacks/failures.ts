import type { App } from 'aws-cdk-lib';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import type { Env as ManageFailuresEnv } from '../../functions/failures/manage-failures/env.ts';
import type { Env as RunRedriveEnv } from '../../functions/failures/run-redrive/env.ts';
import type { Environment } from '../config/environments.ts';
import { PARTITIONS } from '../constructs/activity-partitions.ts';
import { AppFunction } from '../constructs/app-function.ts';
import { idempotentGuardsAccess } from '../constructs/guards-access.ts';
import { ACTIONS, inPartitions, onTable } from '../constructs/permissions.ts';
import { MAX_RECEIVES, QueueWithDlq } from '../constructs/queue-with-dlq.ts';
import type { Routes } from '../constructs/routes.ts';
import type { DataStack } from './data.ts';
import { EnvironmentStack } from './environment-stack.ts';

export interface FailuresStackProps {
  environment: Environment;
  data: DataStack;
  /** The queue to which each stage's failures are sent again. */
  stageQueues: Readonly<Record<'validation' | 'embedding' | 'indexing' | 'duplicates', Queue>>;
}

/** Timeout of a run, in seconds. */
const TIMEOUT = 120;

/** Retries of failed images, one by one and by the operator's filter. */
export class FailuresStack extends EnvironmentStack {
  readonly routes: Routes;
  readonly redrives: QueueWithDlq;
  readonly functions: IFunction[];

  constructor(app: App, props: FailuresStackProps) {
    super(app, props.environment, 'failures');
    this.redrives = new QueueWithDlq(this, 'Redrives', {
      name: `deeplens-${props.environment.name}-redrives`,
      consumerTimeout: TIMEOUT,
    });
    const manage = this.manageFailures(props);
    this.functions = [manage, this.runRedrive(props)];
    this.routes = {
      'POST /v1/images/{image_id}/retry': manage,
      'POST /v1/admin/failures/redrive': manage,
    };
  }

  private manageFailures({ environment, data, stageQueues }: FailuresStackProps): IFunction {
    const { tables, imagesBucket } = data;
    const guards = idempotentGuardsAccess(data);
    const manage = new AppFunction<typeof ManageFailuresEnv>(this, 'ManageFailures', {
      environment,
      path: 'failures/manage-failures',
      description: 'Retries a failed image, and starts the retries of many',
      variables: {
        ...guards.variables,
        TENANTS_TABLE: tables.tenants.tableName,
        IMAGES_TABLE: tables.images.tableName,
        IMAGES_BUCKET: imagesBucket.bucket.bucketName,
        STAGE_QUEUES: urlsOf(stageQueues),
        REDRIVES_QUEUE_URL: this.redrives.queue.queueUrl,
      },
      timeout: 29,
      memory: 512,
    })
      .allow(onTable('GetItem'), [tables.tenants.tableArn])
      .allow(
        onTable('DeleteItem', 'GetItem', 'PutItem', 'UpdateItem'),
        [tables.activity.tableArn],
        inPartitions(PARTITIONS.idempotencyOfOperator),
      )
      .allow(onTable('GetItem', 'PutItem'), [tables.activity.tableArn], inPartitions(PARTITIONS.jobs));
    return guards.allow(this.mayRetry(manage, data, stageQueues)).lambda;
  }

  private runRedrive({ environment, data, stageQueues }: FailuresStackProps): IFunction {
    const { tables, imagesBucket } = data;
    const { queue } = this.redrives;
    const run = new AppFunction<typeof RunRedriveEnv>(this, 'RunRedrive', {
      environment,
      path: 'failures/run-redrive',
      description: 'Counts failed images, and retries them',
      variables: {
        TENANTS_TABLE: tables.tenants.tableName,
        IMAGES_TABLE: tables.images.tableName,
        ACTIVITY_TABLE: tables.activity.tableName,
        IMAGES_BUCKET: imagesBucket.bucket.bucketName,
        EVENTS_TOPIC_ARN: data.events.topicArn,
        STAGE_QUEUES: urlsOf(stageQueues),
        REDRIVES_QUEUE_URL: queue.queueUrl,
        REDRIVES_MAX_RECEIVES: String(MAX_RECEIVES),
        REDRIVE_BUDGET_SECONDS: String(TIMEOUT / 2),
      },
      timeout: TIMEOUT,
      memory: 512,
    })
      .allow(onTable('GetItem'), [tables.tenants.tableArn])
      .allow(onTable('Query'), [data.tables.tenantsBy('by_kind'), data.tables.imagesBy('by_status')])
      .allow(onTable('GetItem', 'PutItem'), [tables.activity.tableArn], inPartitions(PARTITIONS.jobs))
      .allow(ACTIONS.publish, [data.events.topicArn]);
    this.mayRetry(run, data, stageQueues);
    this.redrives.consumedBy(run, { size: 1, waitSeconds: 0, concurrency: 2 });
    return run.lambda;
  }

  private mayRetry<Schema extends typeof ManageFailuresEnv | typeof RunRedriveEnv>(
    retrying: AppFunction<Schema>,
    { tables, imagesBucket }: DataStack,
    stageQueues: FailuresStackProps['stageQueues'],
  ): AppFunction<Schema> {
    const queues = [...Object.values(stageQueues), this.redrives.queue];
    return retrying
      .allow(onTable('GetItem', 'UpdateItem'), [tables.images.tableArn])
      .allow(ACTIONS.readObjects, [imagesBucket.objects('incoming'), imagesBucket.objects('uploads')])
      .allow(ACTIONS.listObjects, [imagesBucket.bucket.bucketArn])
      .allow(
        ACTIONS.send,
        queues.map(({ queueArn }) => queueArn),
      );
  }
}

const urlsOf = (queues: FailuresStackProps['stageQueues']): string =>
  JSON.stringify(
    Object.fromEntries(Object.entries(queues).map(([stage, { queueUrl }]) => [stage, queueUrl])),
  );
