import { Aws, Stack } from 'aws-cdk-lib';
import { ApiKey, Period, type RestApi } from 'aws-cdk-lib/aws-apigateway';
import { StringParameter } from 'aws-cdk-lib/aws-ssm';
import type { Construct } from 'constructs';
import type * as z from 'zod';
import { PLAN_NAMES, PLANS, type Plan, requestsAMonth } from '#shared/kernel/plans.ts';
import type { Environment } from '../config/environments.ts';
import type { AppFunction } from './app-function.ts';

/** The largest burst per key: API Gateway's limit for an account. */
const ACCOUNT_BURST = 5_000;

/**
 * A plan's outer limit in API Gateway's terms. A tenant that keeps to its requests a minute never meets it: a whole
 * minute's requests may come at once, and a month of full minutes is within the quota.
 */
export const usagePlanLimits = ({ requests }: Plan) => ({
  throttle: { rateLimit: requests / 60, burstLimit: Math.min(requests, ACCOUNT_BURST) },
  quota: { limit: requestsAMonth({ requests }), period: Period.MONTH },
});

/** The parameter with the ids of the usage plans: JSON, by plan name, read by manage-tenants. */
const usagePlansParameter = ({ name }: Environment): string => `/deeplens/${name}/usage-plans`;

/** Returns the prefix of the names of the tenants' keys. An account may have several environments. */
export const gatewayKeysPrefix = ({ name }: Environment): string => `deeplens-${name}`;

/**
 * The value of the key that counts calls of no tenant. It needs no secrecy: the authorizer names it, never the caller. Fixed,
 * because the authorizer is deployed before the API.
 */
export const sharedUsageIdentifier = ({ name }: Environment): string => `deeplens-${name}-shared-usage`;

/** A usage plan for each plan, their ids where manage-tenants finds them, and a plan for calls of no tenant. */
export function addUsagePlans(scope: Construct, api: RestApi, environment: Environment): void {
  const ids = PLAN_NAMES.map((name) => {
    const plan = api.addUsagePlan(`Plan-${name}`, {
      name: `deeplens-${environment.name}-${name}`,
      ...usagePlanLimits(PLANS[name]),
    });
    plan.addApiStage({ stage: api.deploymentStage });
    return [name, plan.usagePlanId] as const;
  });
  new StringParameter(scope, 'UsagePlans', {
    parameterName: usagePlansParameter(environment),
    description: 'The ids of the usage plans, by plan',
    stringValue: Stack.of(scope).toJsonString(Object.fromEntries(ids)),
  });
  const shared = api.addUsagePlan('Plan-shared', {
    name: `deeplens-${environment.name}-shared`,
    throttle: usagePlanLimits(PLANS.enterprise).throttle,
  });
  shared.addApiStage({ stage: api.deploymentStage });
  const value = sharedUsageIdentifier(environment);
  shared.addApiKey(new ApiKey(scope, 'SharedUsage', { apiKeyName: value, value }));
}

/** The variables and permissions to make the tenants' keys in API Gateway, and to move them between usage plans. */
export function usagePlansAccess(environment: Environment) {
  const parameter = usagePlansParameter(environment);
  const gateway = `arn:${Aws.PARTITION}:apigateway:${Aws.REGION}::`;
  return {
    variables: {
      USAGE_PLANS_PARAMETER: parameter,
      GATEWAY_KEYS_PREFIX: gatewayKeysPrefix(environment),
    },
    allow: <Schema extends z.ZodType>(appFunction: AppFunction<Schema>): AppFunction<Schema> =>
      appFunction
        .allow(
          ['ssm:GetParameter'],
          [`arn:${Aws.PARTITION}:ssm:${Aws.REGION}:${Aws.ACCOUNT_ID}:parameter${parameter}`],
        )
        .allow(['apigateway:GET', 'apigateway:POST'], [`${gateway}/apikeys`])
        .allow(['apigateway:POST'], [`${gateway}/usageplans/*/keys`])
        .allow(['apigateway:DELETE'], [`${gateway}/usageplans/*/keys/*`]),
  };
}
