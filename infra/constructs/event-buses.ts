import { Aws } from 'aws-cdk-lib';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import type { Environment } from '../config/environments.ts';

/** The event buses of tenants' locations, which functions create at run time. */
export const eventBuses = (environment: Environment) => {
  const prefix = `deeplens-${environment.name}.`;
  const arn = (kind: string) =>
    `arn:${Aws.PARTITION}:events:${Aws.REGION}:${Aws.ACCOUNT_ID}:${kind}/${prefix}*`;
  return {
    variables: { EVENT_BUSES_PREFIX: prefix },
    buses: arn('event-bus'),
    rules: arn('rule'),
    /** Lets the rules of these buses alone send to a queue. */
    sendTo(queue: Queue): void {
      queue.addToResourcePolicy(
        new PolicyStatement({
          principals: [new ServicePrincipal('events.amazonaws.com')],
          actions: ['sqs:SendMessage'],
          resources: [queue.queueArn],
          conditions: { ArnLike: { 'aws:SourceArn': arn('rule') } },
        }),
      );
    },
  };
};
