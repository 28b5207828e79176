import { Stack } from 'aws-cdk-lib';
import { Period, type RestApi } from 'aws-cdk-lib/aws-apigateway';
import { StringParameter } from 'aws-cdk-lib/aws-ssm';
import type { Construct } from 'constructs';
import { PLAN_NAMES, PLANS, type Plan } from '#shared/kernel/plans.ts';
import type { Environment } from '../config/environments.ts';

/** The largest burst per key: API Gateway's limit for an account. */
const ACCOUNT_BURST = 5_000;
/** The largest quota that API Gateway accepts: a 32-bit integer. */
const LARGEST_QUOTA = 2 ** 31 - 1;
const MINUTES_A_MONTH = 31 * 24 * 60;

/**
 * A plan's outer fence in API Gateway's terms. A key that keeps to its requests a minute never meets it: a whole
 * minute's requests may come at once, and a month of full minutes is within the quota.
 */
export const usagePlanLimits = ({ requests }: Plan) => ({
  throttle: { rateLimit: requests / 60, burstLimit: Math.min(requests, ACCOUNT_BURST) },
  quota: { limit: Math.min(requests * MINUTES_A_MONTH, LARGEST_QUOTA), period: Period.MONTH },
});

/** The parameter with the ids of the usage plans: JSON, by plan name, read by manage-tenants. */
export const usagePlansParameter = ({ name }: Environment): string => `/deeplens/${name}/usage-plans`;

/** A usage plan for each of the plans in `domain/plans`, and their ids where manage-tenants finds them. */
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
}
