import type { App } from 'aws-cdk-lib';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { Env as ManageModelsEnv } from '../../functions/models/manage-models/env.ts';
import type { Env as RunModelJobEnv } from '../../functions/models/run-model-job/env.ts';
import type { Environment } from '../config/environments.ts';
import { PARTITIONS } from '../constructs/activity-partitions.ts';
import { AppFunction, MODELS_IN_FUNCTION } from '../constructs/app-function.ts';
import { idempotentOperatorGuardsAccess } from '../constructs/guards-access.ts';
import { ACTIONS, inPartitions, onTable } from '../constructs/permissions.ts';
import { MAX_RECEIVES, QueueWithDlq } from '../constructs/queue-with-dlq.ts';
import type { Routes } from '../constructs/routes.ts';
import type { VectorIndexAccess } from '../constructs/vector-index-access.ts';
import type { DataStack } from './data.ts';
import { EnvironmentStack } from './environment-stack.ts';

export interface ModelsStackProps {
  environment: Environment;
  data: DataStack;
  index: VectorIndexAccess;
  /** Timeout of validate-image, in seconds. */
  validationSeconds: number;
}

/** Timeout of a run, in seconds. */
const JOB_TIMEOUT = 120;

/** Jobs about models and their indexes: migrations, rebuilds, checks, moves. */
export class ModelsStack extends EnvironmentStack {
  readonly routes: Routes;
  readonly functions: IFunction[];
  readonly jobs: QueueWithDlq;

  constructor(app: App, props: ModelsStackProps) {
    super(app, props.environment, 'models');
    this.jobs = new QueueWithDlq(this, 'Jobs', {
      name: `deeplens-${props.environment.name}-model-jobs`,
      consumerTimeout: JOB_TIMEOUT,
    });
    const manage = this.manageModels(props);
    this.functions = [manage, this.runModelJob(props)];
    this.routes = {
      'GET /v1/admin/models': manage,
      'POST /v1/admin/models/{name}/migrations': manage,
      'POST /v1/admin/models/{name}/migrations/rollback': manage,
      'POST /v1/admin/models/{name}/rebuilds': manage,
      'POST /v1/admin/models/{name}/checks': manage,
      'POST /v1/admin/models/{name}/moves': manage,
    };
  }

  private manageModels({ environment, data }: ModelsStackProps): IFunction {
    const { tenants, activity } = data.tables;
    const { queue } = this.jobs;
    const guards = idempotentOperatorGuardsAccess(data, 'idempotencyOfOperator');
    const manage = new AppFunction<typeof ManageModelsEnv>(this, 'ManageModels', {
      environment,
      path: 'models/manage-models',
      description: 'Starts jobs about a model and its index',
      variables: {
        ...guards.variables,
        TENANTS_TABLE: tenants.tableName,
        ACTIVITY_TABLE: activity.tableName,
        DEEPLENS_MODELS: environment.models,
        MODEL_JOBS_QUEUE_URL: queue.queueUrl,
      },
      timeout: 29,
      memory: 512,
    })
      .allow(onTable('GetItem'), [tenants.tableArn])
      .allow(onTable('GetItem', 'PutItem'), [activity.tableArn], inPartitions(PARTITIONS.jobs))
      .allow(ACTIONS.send, [queue.queueArn]);
    return guards.allow(manage).lambda;
  }

  private runModelJob({ environment, data, index, validationSeconds }: ModelsStackProps): IFunction {
    const { tables, imagesBucket } = data;
    const { queue } = this.jobs;
    const run = new AppFunction<typeof RunModelJobEnv>(this, 'RunModelJob', {
      environment,
      path: 'models/run-model-job',
      description: 'Migrates tenants between models; rebuilds, checks and moves their indexes',
      variables: {
        ...index.variables,
        TENANTS_TABLE: tables.tenants.tableName,
        IMAGES_TABLE: tables.images.tableName,
        ACTIVITY_TABLE: tables.activity.tableName,
        IMAGES_BUCKET: imagesBucket.bucket.bucketName,
        EVENTS_TOPIC_ARN: data.events.topicArn,
        DEEPLENS_MODELS: environment.models,
        MODELS_DIR: MODELS_IN_FUNCTION,
        MODEL_JOBS_QUEUE_URL: queue.queueUrl,
        MODEL_JOBS_MAX_RECEIVES: String(MAX_RECEIVES),
        MODEL_JOBS_BUDGET_SECONDS: String(JOB_TIMEOUT / 2),
        VALIDATION_SECONDS: String(validationSeconds),
      },
      timeout: JOB_TIMEOUT,
      memory: 1_024,
      models: 'manifests',
      network: index.network,
    })
      .allow(onTable('GetItem', 'UpdateItem'), [tables.tenants.tableArn])
      .allow(onTable('Query'), [tables.tenantsBy('by_kind')])
      .allow(onTable('BatchGetItem', 'Query'), [tables.images.tableArn])
      .allow(
        onTable('BatchGetItem', 'GetItem', 'PutItem', 'Query'),
        [tables.activity.tableArn],
        inPartitions(PARTITIONS.jobs),
      )
      .allow(ACTIONS.publish, [data.events.topicArn])
      .allow(ACTIONS.send, [queue.queueArn]);
    index.allow(run, 'build', 'list', 'memory', 'prepare', 'search', 'write');
    this.jobs.consumedBy(run, { size: 1, waitSeconds: 0, concurrency: 5 });
    return run.lambda;
  }
}
