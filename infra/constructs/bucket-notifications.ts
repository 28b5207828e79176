import type { Stack } from 'aws-cdk-lib';
import { Bucket, EventType } from 'aws-cdk-lib/aws-s3';
import { SqsDestination } from 'aws-cdk-lib/aws-s3-notifications';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import { acknowledge } from './acknowledge.ts';

/** The library's own function, one a stack, that sets a bucket's notifications where the bucket is another stack's. */
const HANDLER = 'BucketNotificationsHandler050a0587b7544547bf325f094a3db834';

/**
 * Tells a queue of every object under `uploads/`. By the bucket's ARN: the bucket itself would make its stack depend
 * on the queue's, which depends on it.
 */
export function sendUploads(stack: Stack, bucketArn: string, queue: Queue): void {
  Bucket.fromBucketArn(stack, 'Pictures', bucketArn).addEventNotification(
    EventType.OBJECT_CREATED,
    new SqsDestination(queue),
    { prefix: 'uploads/' },
  );
  acknowledge(stack.node.findChild(HANDLER), {
    'IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole]':
      'The role of the CDK library’s own function, which runs at a deployment only.',
    'IAM5[Resource::*]':
      'The CDK library’s own function, which sets the notifications of a bucket it is told of.',
  });
}
