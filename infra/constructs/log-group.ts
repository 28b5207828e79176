import { LogGroup, type RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import type { Environment } from '../config/environments.ts';
import { removal } from './removal.ts';

/** Creates a log group with the environment's retention. Where data are kept, it outlives its stack. */
export const appLogGroup = (scope: Construct, environment: Environment, name: string): LogGroup => {
  const retention: RetentionDays = environment.functions.logDays;
  return new LogGroup(scope, 'Logs', { logGroupName: name, retention, removalPolicy: removal(environment) });
};
