import type { App } from 'aws-cdk-lib';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import type { Env as AuthorizeRequestEnv } from '../../functions/identity/authorize-request/env.ts';
import type { Env as RevokeTokensEnv } from '../../functions/identity/revoke-tokens/env.ts';
import type { Env as ManageKeysEnv } from '../../functions/tenants/manage-keys/env.ts';
import type { Env as ManageSettingsEnv } from '../../functions/tenants/manage-settings/env.ts';
import type { Env as ManageTenantsEnv } from '../../functions/tenants/manage-tenants/env.ts';
import type { Environment } from '../config/environments.ts';
import { PARTITIONS } from '../constructs/activity-partitions.ts';
import { AppFunction } from '../constructs/app-function.ts';
import {
  idempotentGuardsAccess,
  idempotentOperatorGuardsAccess,
  operatorGuardsAccess,
  tenantGuardsAccess,
} from '../constructs/guards-access.ts';
import { ACTIONS, inPartitions, ofAttributes, onTable } from '../constructs/permissions.ts';
import type { QueueWithDlq } from '../constructs/queue-with-dlq.ts';
import type { Routes } from '../constructs/routes.ts';
import { sharedUsageIdentifier, usagePlansAccess } from '../constructs/usage-plans.ts';
import type { VectorIndexAccess } from '../constructs/vector-index-access.ts';
import type { DataStack } from './data.ts';
import { EnvironmentStack } from './environment-stack.ts';
import type { IdentityStack } from './identity.ts';
import { tenantPeople } from './people.ts';
import { tenantPurges } from './purges.ts';

export interface TenantsStackProps {
  environment: Environment;
  data: DataStack;
  identity: IdentityStack;
  index: VectorIndexAccess;
  /** The queue of model jobs. */
  modelJobs: Queue;
}

/** The authorizer, and the management of tenants, settings, keys and tokens. */
export class TenantsStack extends EnvironmentStack {
  readonly routes: Routes;
  readonly authorizer: IFunction;
  /** The function that the API invokes to authorise a call: the authorizer, or its alias. */
  readonly liveAuthorizer: IFunction;
  readonly functions: IFunction[];
  readonly purges: QueueWithDlq;

  constructor(app: App, props: TenantsStackProps) {
    super(app, props.environment, 'tenants');
    const manage = this.manageTenants(props);
    const keys = this.manageKeys(props);
    const settings = this.manageSettings(props);
    const revoke = this.revokeTokens(props);
    const people = tenantPeople(this, props);
    const purges = tenantPurges(this, props);
    this.purges = purges.queue;
    const authorizer = this.authorizeRequest(props);
    this.authorizer = authorizer.lambda;
    this.liveAuthorizer = authorizer.live;
    this.functions = [
      ...[this.authorizer, manage, keys, settings, people.lambda, revoke],
      ...purges.functions,
    ];
    this.routes = {
      'POST /v1/admin/tenants': manage,
      'GET /v1/admin/tenants': manage,
      'GET /v1/admin/tenants/{tenant_id}': manage,
      'PATCH /v1/admin/tenants/{tenant_id}': manage,
      'GET /v1/admin/tenants/{tenant_id}/limits': manage,
      'PUT /v1/admin/tenants/{tenant_id}/limits': manage,
      'GET /v1/settings': settings,
      'PATCH /v1/settings': settings,
      'POST /v1/admin/revocations': revoke,
      ...people.routes,
      ...purges.routes,
      ...keyRoutes('/v1', keys),
      ...keyRoutes('/v1/admin/tenants/{tenant_id}', keys),
    };
  }

  private authorizeRequest({
    environment,
    data,
    identity,
  }: TenantsStackProps): AppFunction<typeof AuthorizeRequestEnv> {
    const { userPoolId } = identity.pool;
    const { tables } = data;
    const guards = operatorGuardsAccess(data);
    const authorize = new AppFunction<typeof AuthorizeRequestEnv>(this, 'AuthorizeRequest', {
      environment,
      path: 'identity/authorize-request',
      description: 'Identifies the tenant of a key, and the role of a token',
      variables: {
        ...guards.variables,
        TENANTS_TABLE: data.tables.tenants.tableName,
        USER_POOL_ID: userPoolId,
        ACTIVITY_TABLE: data.tables.activity.tableName,
        USER_POOL_CLIENTS: identity.clients.all.map(({ userPoolClientId }) => userPoolClientId).join(','),
        OPERATOR_CLIENT_ID: identity.clients.machine.userPoolClientId,
        TRUSTED_ISSUERS: JSON.stringify(environment.trustedIssuers),
        SHARED_USAGE_IDENTIFIER: sharedUsageIdentifier(environment),
        ...(environment.jwksOrigin && {
          JWKS_URI: `${environment.jwksOrigin}/${userPoolId}/.well-known/jwks.json`,
        }),
      },
      timeout: 10,
      memory: 512,
      reserved: environment.reserved?.authorizer,
      canary: '5xx', // Lambda counts refusals as errors
    })
      .allow(onTable('Query'), [tables.tenantsBy('by_key_hash')])
      .allow(onTable('GetItem'), [tables.tenants.tableArn])
      .allow(
        onTable('UpdateItem'),
        [tables.tenants.tableArn],
        ofAttributes(['pk', 'sk', 'key_id', 'last_used_at']),
      )
      .allow(onTable('GetItem'), [tables.activity.tableArn], inPartitions(PARTITIONS.revocations));
    return guards.allow(authorize);
  }

  private manageTenants({ environment, data }: TenantsStackProps): IFunction {
    const guards = idempotentOperatorGuardsAccess(data, 'idempotency');
    const usagePlans = usagePlansAccess(environment);
    const manage = new AppFunction<typeof ManageTenantsEnv>(this, 'ManageTenants', {
      environment,
      path: 'tenants/manage-tenants',
      description: 'Creates, shows and changes tenants and their limits',
      variables: {
        ...guards.variables,
        ...usagePlans.variables,
        TENANTS_TABLE: data.tables.tenants.tableName,
        DEEPLENS_MODELS: environment.models,
      },
      timeout: 29,
      memory: 512,
    })
      .allow(onTable('GetItem', 'PutItem', 'Query', 'UpdateItem'), [data.tables.tenants.tableArn])
      .allow(onTable('Query'), [data.tables.tenantsBy('by_kind')]);
    return usagePlans.allow(guards.allow(manage)).lambda;
  }

  private revokeTokens({ environment, data, identity }: TenantsStackProps): IFunction {
    const guards = operatorGuardsAccess(data);
    const revoke = new AppFunction<typeof RevokeTokensEnv>(this, 'RevokeTokens', {
      environment,
      path: 'identity/revoke-tokens',
      description: 'Revokes the tokens of a user or a client',
      variables: {
        ...guards.variables,
        ACTIVITY_TABLE: data.tables.activity.tableName,
        USER_POOL_ID: identity.pool.userPoolId,
        TRUSTED_ISSUERS: JSON.stringify(environment.trustedIssuers),
      },
      timeout: 15,
      memory: 512,
    }).allow(onTable('PutItem'), [data.tables.activity.tableArn], inPartitions(PARTITIONS.revocations));
    return guards.allow(revoke).lambda;
  }

  private manageSettings({ environment, data, modelJobs }: TenantsStackProps): IFunction {
    const guards = tenantGuardsAccess(data);
    const manage = new AppFunction<typeof ManageSettingsEnv>(this, 'ManageSettings', {
      environment,
      path: 'tenants/manage-settings',
      description: 'Shows and changes a tenant’s settings',
      variables: {
        ...guards.variables,
        TENANTS_TABLE: data.tables.tenants.tableName,
        IMAGES_TABLE: data.tables.images.tableName,
        ACTIVITY_TABLE: data.tables.activity.tableName,
        DEEPLENS_MODELS: environment.models,
        MODEL_JOBS_QUEUE_URL: modelJobs.queueUrl,
      },
      timeout: 15,
      memory: 512,
    })
      .allow(onTable('GetItem', 'UpdateItem'), [data.tables.tenants.tableArn])
      .allow(onTable('GetItem'), [data.tables.images.tableArn])
      .allow(onTable('GetItem', 'PutItem'), [data.tables.activity.tableArn], inPartitions(PARTITIONS.jobs))
      .allow(ACTIONS.send, [modelJobs.queueArn]);
    return guards.allow(manage).lambda;
  }

  private manageKeys({ environment, data }: TenantsStackProps): IFunction {
    const guards = idempotentGuardsAccess(data);
    const manage = new AppFunction<typeof ManageKeysEnv>(this, 'ManageKeys', {
      environment,
      path: 'tenants/manage-keys',
      description: 'Lists, creates, rotates and revokes API keys',
      variables: {
        ...guards.variables,
        TENANTS_TABLE: data.tables.tenants.tableName,
      },
      timeout: 29,
      memory: 512,
    }).allow(onTable('GetItem', 'PutItem', 'Query', 'UpdateItem'), [data.tables.tenants.tableArn]);
    return guards.allow(manage).lambda;
  }
}

/** Returns the routes for keys, of a tenant's administrator or of the operator. */
const keyRoutes = (root: string, keys: IFunction): Routes => ({
  [`GET ${root}/keys`]: keys,
  [`POST ${root}/keys`]: keys,
  [`POST ${root}/keys/{key_id}/rotate`]: keys,
  [`DELETE ${root}/keys/{key_id}`]: keys,
});
