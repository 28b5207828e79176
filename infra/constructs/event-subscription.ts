import { SubscriptionFilter, type Topic } from 'aws-cdk-lib/aws-sns';
import { SqsSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import type { EventType } from '#shared/contracts/events/registry.ts';

/** Delivers events of given types to a queue, raw: the message is the event itself. */
export function subscribe(queue: Queue, topic: Topic, ...types: readonly EventType[]): void {
  topic.addSubscription(
    new SqsSubscription(queue, {
      rawMessageDelivery: true,
      filterPolicy: { type: SubscriptionFilter.stringFilter({ allowlist: [...types] }) },
    }),
  );
}
