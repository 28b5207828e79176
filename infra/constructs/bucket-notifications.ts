import type { Stack } from 'aws-cdk-lib';
import { Bucket, EventType } from 'aws-cdk-lib/aws-s3';
import { SqsDestination } from 'aws-cdk-lib/aws-s3-notifications';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import { acknowledge } from './acknowledge.ts';

/** The CDK library's function, one per stack, that sets notifications of a bucket in another stack. */
const HANDLER = 'BucketNotificationsHandler050a0587b7544547bf325f094a3db834';

/**
 * Notifies a queue of every object under `incoming/`. Refers to the bucket by ARN: the bucket itself would make the two
 * stacks depend on each other.
 */
export function sendUploads(stack: Stack, bucketArn: string, queue: Queue): void {
  Bucket.fromBucketArn(stack, 'Pictures', bucketArn).addEventNotification(
    EventType.OBJECT_CREATED,
    new SqsDestination(queue),
    { prefix: 'incoming/' },
  );
  acknowledge(stack.node.findChild(HANDLER), {
    'IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole]':
      'The role of the CDK library’s function, which runs only at deployment.',
    'IAM5[Resource::*]': 'The CDK library’s function, which sets the notifications of a given bucket.',
  });
}
