import { type App, Aws, Stack } from 'aws-cdk-lib';
import type { NodejsFunction } from 'aws-cdk-lib/aws-lambda-nodejs';
import type { Env as AuthorizeRequestEnv } from '../../functions/tenants/authorize-request/env.ts';
import type { Env as ManageTenantsEnv } from '../../functions/tenants/manage-tenants/env.ts';
import type { Environment } from '../config/environments.ts';
import { AppFunction } from '../constructs/app-function.ts';
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
    this.authorizer = this.authorizeRequest(props);
    this.functions = [this.authorizer, manage];
    this.routes = {
      'POST /v1/admin/tenants': manage,
      'GET /v1/admin/tenants/{tenant_id}': manage,
    };
  }

  private authorizeRequest({ environment, data, identity }: TenantsStackProps): NodejsFunction {
    const { userPoolId } = identity.pool;
    return new AppFunction<typeof AuthorizeRequestEnv>(this, 'AuthorizeRequest', {
      environment,
      path: 'tenants/authorize-request',
      description: 'Finds the tenant of a key, the role of a token',
      variables: {
        TENANTS_TABLE: data.tables.tenants.tableName,
        USER_POOL_ID: userPoolId,
        OPERATOR_CLIENT_ID: identity.operator.userPoolClientId,
        ...(environment.jwksOrigin && {
          JWKS_URI: `${environment.jwksOrigin}/${userPoolId}/.well-known/jwks.json`,
        }),
      },
      timeout: 10,
      memory: 512,
    }).allow(ACTIONS.readTable, data.tables.tenantsArns).lambda;
  }

  private manageTenants({ environment, data }: TenantsStackProps): NodejsFunction {
    const gateway = `arn:${Aws.PARTITION}:apigateway:${Aws.REGION}::`;
    const parameter = usagePlansParameter(environment);
    return new AppFunction<typeof ManageTenantsEnv>(this, 'ManageTenants', {
      environment,
      path: 'tenants/manage-tenants',
      description: 'Creates and shows tenants',
      variables: { TENANTS_TABLE: data.tables.tenants.tableName, USAGE_PLANS_PARAMETER: parameter },
      timeout: 29,
      memory: 512,
    })
      .allow(ACTIONS.changeTable, data.tables.tenantsArns)
      .allow(
        ['ssm:GetParameter'],
        [`arn:${Aws.PARTITION}:ssm:${Aws.REGION}:${Aws.ACCOUNT_ID}:parameter${parameter}`],
      )
      .allow(['apigateway:GET', 'apigateway:POST'], [`${gateway}/apikeys`, `${gateway}/usageplans/*/keys`])
      .allow(
        ['apigateway:DELETE', 'apigateway:GET'],
        [`${gateway}/apikeys/*`, `${gateway}/usageplans/*/keys/*`],
      ).lambda;
  }
}
