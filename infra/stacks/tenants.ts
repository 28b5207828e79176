import { type App, Aws, Stack } from 'aws-cdk-lib';
import type { NodejsFunction } from 'aws-cdk-lib/aws-lambda-nodejs';
import type { z } from 'zod';
import type { Env as AuthorizeRequestEnv } from '../../functions/tenants/authorize-request/env.ts';
import type { Env as ManageKeysEnv } from '../../functions/tenants/manage-keys/env.ts';
import type { Env as ManageSettingsEnv } from '../../functions/tenants/manage-settings/env.ts';
import type { Env as ManageTenantsEnv } from '../../functions/tenants/manage-tenants/env.ts';
import type { Environment } from '../config/environments.ts';
import { AppFunction } from '../constructs/app-function.ts';
import { frontDoorAccess, operatorDoorAccess } from '../constructs/front-door-access.ts';
import { ACTIONS } from '../constructs/permissions.ts';
import type { Routes } from '../constructs/routes.ts';
import { usagePlansParameter } from '../constructs/usage-plans.ts';
import type { DataStack } from './data.ts';
import type { IdentityStack } from './identity.ts';

export interface TenantsStackProps {
  environment: Environment;
  data: DataStack;
  identity: IdentityStack;
}

/** Who is calling, and the operator's calls about tenants. */
export class TenantsStack extends Stack {
  readonly routes: Routes;
  readonly authorizer: NodejsFunction;
  readonly functions: NodejsFunction[];

  constructor(app: App, props: TenantsStackProps) {
    super(app, `deeplens-${props.environment.name}-tenants`);
    const manage = this.manageTenants(props);
    const keys = this.manageKeys(props);
    const settings = this.manageSettings(props);
    this.authorizer = this.authorizeRequest(props);
    this.functions = [this.authorizer, manage, keys, settings];
    this.routes = {
      'POST /v1/admin/tenants': manage,
      'GET /v1/admin/tenants': manage,
      'GET /v1/admin/tenants/{tenant_id}': manage,
      'PATCH /v1/admin/tenants/{tenant_id}': manage,
      'GET /v1/admin/tenants/{tenant_id}/limits': manage,
      'PUT /v1/admin/tenants/{tenant_id}/limits': manage,
      'GET /v1/settings': settings,
      'PATCH /v1/settings': settings,
      ...keyRoutes('/v1', keys),
      ...keyRoutes('/v1/admin/tenants/{tenant_id}', keys),
    };
  }

  private authorizeRequest({ environment, data, identity }: TenantsStackProps): NodejsFunction {
    const { userPoolId } = identity.pool;
    const door = operatorDoorAccess(data);
    const authorize = new AppFunction<typeof AuthorizeRequestEnv>(this, 'AuthorizeRequest', {
      environment,
      path: 'tenants/authorize-request',
      description: 'Finds the tenant of a key, the role of a token',
      variables: {
        ...door.variables,
        TENANTS_TABLE: data.tables.tenants.tableName,
        USER_POOL_ID: userPoolId,
        OPERATOR_CLIENT_ID: identity.operator.userPoolClientId,
        ...(environment.jwksOrigin && {
          JWKS_URI: `${environment.jwksOrigin}/${userPoolId}/.well-known/jwks.json`,
        }),
      },
      timeout: 10,
      memory: 512,
    })
      .allow(ACTIONS.readTable, data.tables.tenantsArns)
      .allow(['dynamodb:UpdateItem'], [data.tables.tenants.tableArn]); // when a key was used last
    return door.allow(authorize).lambda;
  }

  private manageTenants({ environment, data }: TenantsStackProps): NodejsFunction {
    const door = operatorDoorAccess(data);
    const manage = new AppFunction<typeof ManageTenantsEnv>(this, 'ManageTenants', {
      environment,
      path: 'tenants/manage-tenants',
      description: 'Creates, shows and changes tenants and their limits',
      variables: {
        ...door.variables,
        TENANTS_TABLE: data.tables.tenants.tableName,
        USAGE_PLANS_PARAMETER: usagePlansParameter(environment),
      },
      timeout: 29,
      memory: 512,
    }).allow(ACTIONS.changeTable, data.tables.tenantsArns);
    return allowKeys(door.allow(manage), environment).lambda;
  }

  private manageSettings({ environment, data }: TenantsStackProps): NodejsFunction {
    const door = frontDoorAccess(data);
    const manage = new AppFunction<typeof ManageSettingsEnv>(this, 'ManageSettings', {
      environment,
      path: 'tenants/manage-settings',
      description: 'Shows and changes what a tenant has chosen',
      variables: {
        ...door.variables,
        TENANTS_TABLE: data.tables.tenants.tableName,
        DEEPLENS_MODELS: environment.models,
      },
      timeout: 15,
      memory: 512,
    }).allow(ACTIONS.changeTable, data.tables.tenantsArns);
    return door.allow(manage).lambda;
  }

  private manageKeys({ environment, data }: TenantsStackProps): NodejsFunction {
    const door = frontDoorAccess(data);
    const manage = new AppFunction<typeof ManageKeysEnv>(this, 'ManageKeys', {
      environment,
      path: 'tenants/manage-keys',
      description: 'Lists, creates, rotates and revokes API keys',
      variables: {
        ...door.variables,
        TENANTS_TABLE: data.tables.tenants.tableName,
        USAGE_PLANS_PARAMETER: usagePlansParameter(environment),
      },
      timeout: 29,
      memory: 512,
    }).allow(ACTIONS.changeTable, data.tables.tenantsArns);
    return allowKeys(door.allow(manage), environment).lambda;
  }
}

/** The calls about keys, as a tenant's own administrator and as the operator makes them. */
const keyRoutes = (root: string, keys: NodejsFunction): Routes => ({
  [`GET ${root}/keys`]: keys,
  [`POST ${root}/keys`]: keys,
  [`POST ${root}/keys/{key_id}/rotate`]: keys,
  [`DELETE ${root}/keys/{key_id}`]: keys,
});

/** To make keys known to API Gateway, and members of the plans whose ids the parameter holds. */
function allowKeys<Schema extends z.ZodType>(
  manage: AppFunction<Schema>,
  environment: Environment,
): AppFunction<Schema> {
  const gateway = `arn:${Aws.PARTITION}:apigateway:${Aws.REGION}::`;
  const parameter = usagePlansParameter(environment);
  return manage
    .allow(
      ['ssm:GetParameter'],
      [`arn:${Aws.PARTITION}:ssm:${Aws.REGION}:${Aws.ACCOUNT_ID}:parameter${parameter}`],
    )
    .allow(['apigateway:GET', 'apigateway:POST'], [`${gateway}/apikeys`, `${gateway}/usageplans/*/keys`])
    .allow(
      ['apigateway:DELETE', 'apigateway:GET'],
      [`${gateway}/apikeys/*`, `${gateway}/usageplans/*/keys/*`],
    );
}
