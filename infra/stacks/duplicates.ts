import type { App } from 'aws-cdk-lib';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { MAX_RECEIVES } from '#shared/kernel/redelivery.ts';
import type { Env as DetectDuplicatesEnv } from '../../functions/duplicates/detect-duplicates/env.ts';
import type { Env as ReviewDuplicatesEnv } from '../../functions/duplicates/review-duplicates/env.ts';
import type { Environment } from '../config/environments.ts';
import { AppFunction, MODELS_IN_FUNCTION } from '../constructs/app-function.ts';
import { subscribe } from '../constructs/event-subscription.ts';
import { idempotentGuardsAccess } from '../constructs/guards-access.ts';
import { ACTIONS, onTable } from '../constructs/permissions.ts';
import { QueueWithDlq } from '../constructs/queue-with-dlq.ts';
import type { Routes } from '../constructs/routes.ts';
import type { VectorIndexAccess } from '../constructs/vector-index-access.ts';
import type { DataStack } from './data.ts';
import { EnvironmentStack } from './environment-stack.ts';

export interface DuplicatesStackProps {
  environment: Environment;
  data: DataStack;
  index: VectorIndexAccess;
}

/**
 * Seconds for a batch of ten. A frame of a burst is compared with up to 20 others by pixels (`BOUNDS`), a third of a second of
 * one CPU each where all of them are nearly alike.
 */
const TIMEOUT = 120;

/** Duplicate groups: updated as images arrive, and reviewed by users. */
export class DuplicatesStack extends EnvironmentStack {
  readonly routes: Routes;
  readonly queue: QueueWithDlq;
  readonly functions: IFunction[];

  constructor(app: App, props: DuplicatesStackProps) {
    const { environment, data } = props;
    super(app, environment, 'duplicates');
    this.queue = new QueueWithDlq(this, 'Duplicates', {
      name: `deeplens-${environment.name}-duplicates`,
      consumerTimeout: TIMEOUT,
      maxReceives: MAX_RECEIVES,
    });
    subscribe(this.queue.queue, data.events, 'images.indexed');
    const review = this.reviewDuplicates(props);
    this.functions = [this.detectDuplicates(props), review];
    this.routes = {
      'POST /v1/search/duplicates': review,
      'POST /v1/duplicates/decisions': review,
      'POST /v1/duplicates/{group_id}/decision': review,
      'DELETE /v1/duplicates/{group_id}/decision': review,
    };
  }

  private detectDuplicates({ environment, data, index }: DuplicatesStackProps): IFunction {
    const { tables, imagesBucket } = data;
    const detect = new AppFunction<typeof DetectDuplicatesEnv>(this, 'DetectDuplicates', {
      environment,
      path: 'duplicates/detect-duplicates',
      description: 'Adds a new image to the group of its duplicates',
      variables: {
        ...index.variables,
        TENANTS_TABLE: tables.tenants.tableName,
        IMAGES_TABLE: tables.images.tableName,
        GROUPS_TABLE: tables.groups.tableName,
        IMAGES_BUCKET: imagesBucket.bucket.bucketName,
        EVENTS_TOPIC_ARN: data.events.topicArn,
        DEEPLENS_MODELS: environment.models,
        MODELS_DIR: MODELS_IN_FUNCTION,
      },
      timeout: TIMEOUT,
      memory: 1_769, // one CPU, for pixel verification
      nativeModules: ['sharp'],
      models: 'manifests',
      network: index.network,
    })
      .allow(onTable('BatchGetItem', 'GetItem'), [tables.tenants.tableArn])
      .allow(onTable('BatchGetItem', 'GetItem', 'UpdateItem'), [tables.images.tableArn])
      .allow(onTable('Query'), [tables.imagesBy('by_sha256')])
      .allow(onTable('BatchGetItem', 'DeleteItem', 'GetItem', 'PutItem', 'UpdateItem'), [
        tables.groups.tableArn,
      ])
      .allow(ACTIONS.readObjects, [imagesBucket.objects('derived')])
      .allow(ACTIONS.listObjects, [imagesBucket.bucket.bucketArn])
      .allow(ACTIONS.publish, [data.events.topicArn]);
    index.allow(detect, 'search');
    this.queue.consumedBy(detect, { size: 10, waitSeconds: 0, concurrency: environment.consumers });
    return detect.lambda;
  }

  private reviewDuplicates({ environment, data }: DuplicatesStackProps): IFunction {
    const { tables } = data;
    const guards = idempotentGuardsAccess(data);
    const review = new AppFunction<typeof ReviewDuplicatesEnv>(this, 'ReviewDuplicates', {
      environment,
      path: 'duplicates/review-duplicates',
      description: 'Lists duplicate groups, and records users’ decisions on them',
      variables: {
        ...guards.variables,
        IMAGES_TABLE: tables.images.tableName,
        GROUPS_TABLE: tables.groups.tableName,
      },
      timeout: 29,
      memory: 512,
    })
      .allow(onTable('BatchGetItem'), [tables.images.tableArn])
      .allow(onTable('BatchGetItem', 'DeleteItem', 'GetItem', 'PutItem', 'Query', 'UpdateItem'), [
        tables.groups.tableArn,
      ]);
    return guards.allow(review).lambda;
  }
}
