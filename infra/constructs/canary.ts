import { Duration } from 'aws-cdk-lib';
import { Alarm, Metric, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { LambdaDeploymentConfig, LambdaDeploymentGroup } from 'aws-cdk-lib/aws-codedeploy';
import {
  Alias,
  type IFunction,
  type IVersion,
  type Function as LambdaFunction,
} from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
import type { Environment } from '../config/environments.ts';
import { acknowledge } from './acknowledge.ts';

/** The alarms that end a deployment: on the new version's errors, or on the API's 5xx alone where refusals count as errors. */
export type CanaryAlarms = 'errors' | '5xx';

/** A minute with more than so many faults ends a deployment. */
const FAULTS = 2;
const period = Duration.minutes(1);

/**
 * Makes the alias `live` of a function. A new version gets a tenth of its calls for five minutes, and none if an alarm
 * rings meanwhile: the alias goes back to the version before.
 */
export function canary(
  scope: Construct,
  environment: Environment,
  { lambda, functionName, watches }: { lambda: LambdaFunction; functionName: string; watches: CanaryAlarms },
): IFunction {
  const alias = new Alias(scope, 'Live', {
    aliasName: 'live',
    version: lambda.currentVersion as IVersion, // its type differs only under exactOptionalPropertyTypes
  });
  const alarm = (id: string, suffix: string, metric: Metric): Alarm =>
    new Alarm(scope, id, {
      alarmName: `${functionName}-${suffix}`,
      alarmDescription: `A new version of ${functionName} fails, or callers get 5xx, while it is deployed.`,
      metric,
      threshold: FAULTS,
      evaluationPeriods: 1,
      treatMissingData: TreatMissingData.NOT_BREACHING,
    });
  const group = new LambdaDeploymentGroup(scope, 'Deployment', {
    alias,
    deploymentConfig: LambdaDeploymentConfig.CANARY_10PERCENT_5MINUTES,
    alarms: [
      alarm('Faults', 'canary-5xx', serverErrors(environment)),
      ...(watches === 'errors' ? [alarm('Errors', 'canary', alias.metricErrors({ period }))] : []),
    ],
    autoRollback: { failedDeployment: true, deploymentInAlarm: true },
  });
  acknowledge(group, {
    'IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/service-role/AWSCodeDeployRoleForLambdaLimited]':
      'The role that AWS defines for CodeDeploy to move traffic between versions.',
  });
  return alias as IFunction; // as above
}

/** The API's 5xx, by its name: the API's stack depends on those of its functions. */
const serverErrors = ({ name }: Environment): Metric =>
  new Metric({
    namespace: 'AWS/ApiGateway',
    metricName: '5XXError',
    dimensionsMap: { ApiName: `deeplens-${name}` },
    statistic: 'Sum',
    period,
  });
