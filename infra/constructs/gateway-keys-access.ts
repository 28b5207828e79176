import { Aws } from 'aws-cdk-lib';
import type { z } from 'zod';
import type { Environment } from '../config/environments.ts';
import type { AppFunction } from './app-function.ts';
import { usagePlansParameter } from './usage-plans.ts';

/** The variables and permissions to register keys with API Gateway and its usage plans. */
export function gatewayKeysAccess(environment: Environment) {
  const parameter = usagePlansParameter(environment);
  const gateway = `arn:${Aws.PARTITION}:apigateway:${Aws.REGION}::`;
  return {
    variables: { USAGE_PLANS_PARAMETER: parameter },
    allow: <Schema extends z.ZodType>(appFunction: AppFunction<Schema>): AppFunction<Schema> =>
      appFunction
        .allow(
          ['ssm:GetParameter'],
          [`arn:${Aws.PARTITION}:ssm:${Aws.REGION}:${Aws.ACCOUNT_ID}:parameter${parameter}`],
        )
        .allow(['apigateway:GET', 'apigateway:POST'], [`${gateway}/apikeys`])
        .allow(['apigateway:DELETE', 'apigateway:GET'], [`${gateway}/apikeys/*`])
        .allow(['apigateway:POST'], [`${gateway}/usageplans/*/keys`])
        .allow(['apigateway:DELETE'], [`${gateway}/usageplans/*/keys/*`]),
  };
}
