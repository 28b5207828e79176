import { RemovalPolicy } from 'aws-cdk-lib';
import { LogGroup, type RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import type { Environment } from '../config/environments.ts';

/** A log group of ours: kept as long as the environment says, gone with its stack. */
export const appLogGroup = (scope: Construct, environment: Environment, name: string): LogGroup => {
  const retention: RetentionDays = environment.functions.logDays;
  return new LogGroup(scope, 'Logs', { logGroupName: name, retention, removalPolicy: RemovalPolicy.DESTROY });
};
