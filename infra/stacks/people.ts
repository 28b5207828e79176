import type { Stack } from 'aws-cdk-lib';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { Env as ManagePeopleEnv } from '../../functions/tenants/manage-people/env.ts';
import type { Environment } from '../config/environments.ts';
import { PARTITIONS } from '../constructs/activity-partitions.ts';
import { AppFunction } from '../constructs/app-function.ts';
import { idempotentGuardsAccess } from '../constructs/guards-access.ts';
import { ACTIONS, inPartitions, onTable } from '../constructs/permissions.ts';
import type { Routes } from '../constructs/routes.ts';
import type { DataStack } from './data.ts';
import type { IdentityStack } from './identity.ts';

interface PeopleProps {
  environment: Environment;
  data: DataStack;
  identity: IdentityStack;
}

/** The function that manages the people of tenants, in the stack of the tenants. */
export function tenantPeople(
  stack: Stack,
  { environment, data, identity }: PeopleProps,
): { lambda: IFunction; routes: Routes } {
  const { tenants, activity } = data.tables;
  const guards = idempotentGuardsAccess(data);
  const manage = new AppFunction<typeof ManagePeopleEnv>(stack, 'ManagePeople', {
    environment,
    path: 'tenants/manage-people',
    description: 'Invites, lists, changes and deletes the people of a tenant',
    variables: {
      ...guards.variables,
      TENANTS_TABLE: tenants.tableName,
      USER_POOL_ID: identity.pool.userPoolId,
    },
    timeout: 29,
    memory: 512,
  })
    .allow(onTable('ConditionCheckItem', 'DeleteItem', 'GetItem', 'PutItem', 'Query', 'UpdateItem'), [
      tenants.tableArn,
    ])
    .allow(onTable('PutItem'), [activity.tableArn], inPartitions(PARTITIONS.revocations))
    .allow(ACTIONS.manageAccounts, [identity.pool.userPoolArn]);
  const { lambda } = guards.allow(manage);
  return {
    lambda,
    routes: {
      'GET /v1/users': lambda,
      'POST /v1/users': lambda,
      'PATCH /v1/users/{user_id}': lambda,
      'DELETE /v1/users/{user_id}': lambda,
    },
  };
}
