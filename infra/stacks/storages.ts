import { type App, Aws } from 'aws-cdk-lib';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import type { Env as ManageStoragesEnv } from '../../functions/storages/manage-storages/env.ts';
import type { Env as RemoveStorageEnv } from '../../functions/storages/remove-storage/env.ts';
import type { Environment } from '../config/environments.ts';
import { PARTITIONS } from '../constructs/activity-partitions.ts';
import { AppFunction } from '../constructs/app-function.ts';
import { eventBuses } from '../constructs/event-buses.ts';
import { idempotentGuardsAccess } from '../constructs/guards-access.ts';
import { ACTIONS, inPartitions, OVER_TLS, onTable } from '../constructs/permissions.ts';
import { MAX_RECEIVES, QueueWithDlq } from '../constructs/queue-with-dlq.ts';
import type { Routes } from '../constructs/routes.ts';
import { tenantSecrets } from '../constructs/tenant-secrets.ts';
import type { VectorIndexAccess } from '../constructs/vector-index-access.ts';
import { webVariables } from '../constructs/web-access.ts';
import type { DataStack } from './data.ts';
import { EnvironmentStack } from './environment-stack.ts';

export interface StoragesStackProps {
  environment: Environment;
  data: DataStack;
  index: VectorIndexAccess;
  /** Takes the events of tenants' buckets. */
  changes: Queue;
}

/** Timeout of a run of a removal, in seconds. */
const REMOVAL_TIMEOUT = 60;

/** The tenants' own storage locations: their management, and their removal. */
export class StoragesStack extends EnvironmentStack {
  readonly routes: Routes;
  readonly functions: IFunction[];
  readonly removals: QueueWithDlq;

  constructor(app: App, props: StoragesStackProps) {
    super(app, props.environment, 'storages');
    this.removals = new QueueWithDlq(this, 'Removals', {
      name: `deeplens-${props.environment.name}-storage-removals`,
      consumerTimeout: REMOVAL_TIMEOUT,
    });
    const manage = this.manageStorages(props);
    this.functions = [manage, this.removeStorage(props)];
    this.routes = {
      'POST /v1/storage/external-id': manage,
      'POST /v1/storage/add': manage,
      'GET /v1/storage': manage,
      'GET /v1/storage/{storage_id}': manage,
      'POST /v1/storage/{storage_id}/test': manage,
      'PATCH /v1/storage/{storage_id}': manage,
      'DELETE /v1/storage/{storage_id}': manage,
      'PUT /v1/storage/{storage_id}/events': manage,
      'DELETE /v1/storage/{storage_id}/events': manage,
    };
  }

  /** Outside the private network: it calls the tenants' storage. */
  private manageStorages({ environment, data, changes }: StoragesStackProps): IFunction {
    const { tenants, activity } = data.tables;
    const guards = idempotentGuardsAccess(data);
    const secrets = tenantSecrets(environment);
    const buses = eventBuses(environment);
    const manage = new AppFunction<typeof ManageStoragesEnv>(this, 'ManageStorages', {
      environment,
      path: 'storages/manage-storages',
      description: 'Adds, lists, tries, changes and removes storage locations of a tenant',
      variables: {
        ...guards.variables,
        ...secrets.variables,
        ...buses.variables,
        STORAGE_EVENTS_QUEUE_ARN: changes.queueArn,
        ...webVariables(environment),
        TENANTS_TABLE: tenants.tableName,
        STORAGE_REMOVALS_QUEUE_URL: this.removals.queue.queueUrl,
        STORAGE_PRINCIPAL: `arn:${Aws.PARTITION}:iam::${Aws.ACCOUNT_ID}:root`,
      },
      timeout: 29,
      memory: 1_024,
    })
      .allow(onTable('GetItem', 'PutItem', 'Query', 'UpdateItem'), [tenants.tableArn])
      .allow(onTable('GetItem', 'PutItem'), [activity.tableArn], inPartitions(PARTITIONS.jobs))
      .allow(onTable('GetItem'), [activity.tableArn], inPartitions(PARTITIONS.statistics))
      .allow(
        [...ACTIONS.readSecrets, ...ACTIONS.writeSecrets, ...ACTIONS.deleteSecrets],
        [secrets.of('storage')],
      )
      .allow([...ACTIONS.makeBuses, ...ACTIONS.deleteBuses], [buses.buses])
      .allow([...ACTIONS.makeRules, ...ACTIONS.deleteRules], [buses.rules])
      .allow(ACTIONS.listBuses, ['*'], OVER_TLS)
      .allow(ACTIONS.send, [this.removals.queue.queueArn])
      .assumeTenantRoles();
    return guards.allow(manage).lambda;
  }

  private removeStorage({ environment, data, index }: StoragesStackProps): IFunction {
    const { tables, imagesBucket } = data;
    const { queue } = this.removals;
    const secrets = tenantSecrets(environment);
    const remove = new AppFunction<typeof RemoveStorageEnv>(this, 'RemoveStorage', {
      environment,
      path: 'storages/remove-storage',
      description: 'Removes a storage location, and its images if that is wanted',
      variables: {
        ...index.variables,
        ...secrets.variables,
        TENANTS_TABLE: tables.tenants.tableName,
        IMAGES_TABLE: tables.images.tableName,
        GROUPS_TABLE: tables.groups.tableName,
        ACTIVITY_TABLE: tables.activity.tableName,
        CATALOGUE_TABLE: tables.catalogue.tableName,
        EVENTS_TOPIC_ARN: data.events.topicArn,
        IMAGES_BUCKET: imagesBucket.bucket.bucketName,
        STORAGE_REMOVALS_QUEUE_URL: queue.queueUrl,
        STORAGE_REMOVALS_MAX_RECEIVES: String(MAX_RECEIVES),
        STORAGE_REMOVALS_BUDGET_SECONDS: String(REMOVAL_TIMEOUT / 2),
      },
      timeout: REMOVAL_TIMEOUT,
      memory: 1_024,
      network: index.network,
    })
      .allow(onTable('DeleteItem', 'GetItem', 'UpdateItem'), [tables.tenants.tableArn])
      .allow(
        onTable('BatchGetItem', 'BatchWriteItem', 'DeleteItem', 'GetItem', 'PutItem', 'Query', 'UpdateItem'),
        [tables.images.tableArn],
      )
      .allow(onTable('BatchGetItem', 'DeleteItem', 'GetItem', 'PutItem', 'UpdateItem'), [
        tables.groups.tableArn,
      ])
      .allow(onTable('BatchWriteItem', 'Query'), [tables.catalogue.tableArn])
      .allow(ACTIONS.publish, [data.events.topicArn])
      .allow(onTable('BatchWriteItem', 'Query'), [tables.activity.tableArn], inPartitions(PARTITIONS.cache))
      .allow(onTable('GetItem', 'PutItem'), [tables.activity.tableArn], inPartitions(PARTITIONS.jobs))
      .allow([...ACTIONS.readObjects, ...ACTIONS.deleteObjects], imagesBucket.everyObject)
      .allow(ACTIONS.listObjects, [imagesBucket.bucket.bucketArn])
      .allow(ACTIONS.deleteSecrets, [secrets.of('storage')])
      .allow(ACTIONS.send, [queue.queueArn]);
    index.allow(remove, 'write');
    this.removals.consumedBy(remove, { size: 1, waitSeconds: 0, concurrency: 2 });
    return remove.lambda;
  }
}
