import { Aws, type Stack } from 'aws-cdk-lib';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { Env as ManagePurgesEnv } from '../../functions/purges/manage-purges/env.ts';
import type { Env as PurgeTenantEnv } from '../../functions/purges/purge-tenant/env.ts';
import type { Environment } from '../config/environments.ts';
import { PARTITIONS } from '../constructs/activity-partitions.ts';
import { AppFunction } from '../constructs/app-function.ts';
import { eventBuses } from '../constructs/event-buses.ts';
import { operatorGuardsAccess } from '../constructs/guards-access.ts';
import { ACTIONS, inPartitions, OVER_TLS, onTable } from '../constructs/permissions.ts';
import { MAX_RECEIVES, QueueWithDlq } from '../constructs/queue-with-dlq.ts';
import type { Routes } from '../constructs/routes.ts';
import { tenantSecrets } from '../constructs/tenant-secrets.ts';
import { gatewayKeysPrefix } from '../constructs/usage-plans.ts';
import type { VectorIndexAccess } from '../constructs/vector-index-access.ts';
import type { DataStack } from './data.ts';
import type { IdentityStack } from './identity.ts';

interface PurgesProps {
  environment: Environment;
  data: DataStack;
  identity: IdentityStack;
  index: VectorIndexAccess;
}

/** Timeout of a run, in seconds: no longer than the pause before the final count. */
const PURGE_TIMEOUT = 60;

/** The functions and the queue that remove whole tenants, in the stack of the tenants. */
export function tenantPurges(stack: Stack, props: PurgesProps) {
  const purges = new QueueWithDlq(stack, 'Purges', {
    name: `deeplens-${props.environment.name}-purges`,
    consumerTimeout: PURGE_TIMEOUT,
  });
  const manage = managePurges(stack, purges, props);
  const routes: Routes = {
    'DELETE /v1/admin/tenants/{tenant_id}': manage,
  };
  return { queue: purges, functions: [manage, purgeTenant(stack, purges, props)], routes };
}

function managePurges(stack: Stack, purges: QueueWithDlq, { environment, data }: PurgesProps): IFunction {
  const { tenants, activity } = data.tables;
  const { queue } = purges;
  const guards = operatorGuardsAccess(data);
  const manage = new AppFunction<typeof ManagePurgesEnv>(stack, 'ManagePurges', {
    environment,
    path: 'purges/manage-purges',
    description: 'Starts the removal of a tenant',
    variables: {
      ...guards.variables,
      TENANTS_TABLE: tenants.tableName,
      ACTIVITY_TABLE: activity.tableName,
      PURGES_QUEUE_URL: queue.queueUrl,
    },
    timeout: 29,
    memory: 512,
  })
    .allow(onTable('UpdateItem'), [tenants.tableArn])
    .allow(onTable('GetItem', 'PutItem'), [activity.tableArn], inPartitions(PARTITIONS.jobs))
    .allow(ACTIONS.send, [queue.queueArn]);
  return guards.allow(manage).lambda;
}

function purgeTenant(
  stack: Stack,
  purges: QueueWithDlq,
  { environment, data, identity, index }: PurgesProps,
): IFunction {
  const { tables, imagesBucket } = data;
  const { queue } = purges;
  const gateway = `arn:${Aws.PARTITION}:apigateway:${Aws.REGION}::`;
  const secrets = tenantSecrets(environment);
  const buses = eventBuses(environment);
  const purge = new AppFunction<typeof PurgeTenantEnv>(stack, 'PurgeTenant', {
    environment,
    path: 'purges/purge-tenant',
    description: 'Removes all data of a tenant, and counts what is left',
    variables: {
      ...index.variables,
      ...secrets.variables,
      ...buses.variables,
      TENANTS_TABLE: tables.tenants.tableName,
      GATEWAY_KEYS_PREFIX: gatewayKeysPrefix(environment),
      IMAGES_TABLE: tables.images.tableName,
      GROUPS_TABLE: tables.groups.tableName,
      ACTIVITY_TABLE: tables.activity.tableName,
      LIMITS_TABLE: tables.limits.tableName,
      CATALOGUE_TABLE: tables.catalogue.tableName,
      IMAGES_BUCKET: imagesBucket.bucket.bucketName,
      USER_POOL_ID: identity.pool.userPoolId,
      PURGES_QUEUE_URL: queue.queueUrl,
      PURGES_MAX_RECEIVES: String(MAX_RECEIVES),
      PURGE_BUDGET_SECONDS: String(PURGE_TIMEOUT / 2),
      PURGE_SETTLE_SECONDS: String(environment.name === 'local' ? 5 : PURGE_TIMEOUT),
    },
    timeout: PURGE_TIMEOUT,
    memory: 512,
    // EventBridge has no endpoint in the private network.
    network: index.networkWithEgress,
  })
    .allow(onTable('DeleteItem', 'GetItem'), [tables.tenants.tableArn])
    .allow(onTable('BatchWriteItem', 'Query'), [
      tables.tenants.tableArn,
      tables.images.tableArn,
      tables.groups.tableArn,
      tables.limits.tableArn,
    ])
    .allow(onTable('BatchWriteItem', 'DeleteItem', 'Query'), [tables.catalogue.tableArn])
    .allow(onTable('BatchWriteItem', 'Query'), [tables.activity.tableArn], inPartitions(PARTITIONS.ofTenants))
    .allow(onTable('GetItem', 'PutItem'), [tables.activity.tableArn], inPartitions(PARTITIONS.jobs))
    .allow(onTable('PutItem'), [tables.activity.tableArn], inPartitions(PARTITIONS.revocations))
    .allow(ACTIONS.deleteAccounts, [identity.pool.userPoolArn])
    .allow(ACTIONS.deleteObjects, imagesBucket.everyObject)
    .allow(ACTIONS.deleteSecrets, [secrets.all])
    .allow(ACTIONS.listSecrets, ['*'], OVER_TLS)
    .allow(ACTIONS.deleteBuses, [buses.buses])
    .allow(ACTIONS.deleteRules, [buses.rules])
    .allow(ACTIONS.listBuses, ['*'], OVER_TLS)
    .allow(ACTIONS.listObjects, [imagesBucket.bucket.bucketArn])
    .allow(['apigateway:GET'], [`${gateway}/apikeys`])
    .allow(['apigateway:DELETE'], [`${gateway}/apikeys/*`])
    .allow(ACTIONS.send, [queue.queueArn]);
  index.allow(purge, 'count', 'removeTenant');
  purges.consumedBy(purge, { size: 1, waitSeconds: 0, concurrency: 2 });
  return purge.lambda;
}
