import { Duration } from 'aws-cdk-lib';
import { SqsEventSource } from 'aws-cdk-lib/aws-lambda-event-sources';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import type * as z from 'zod';
import { acknowledge } from './acknowledge.ts';
import type { AppFunction } from './app-function.ts';

/** Attempts before a message goes to the dead-letter queue, unless the queue has more. */
export const MAX_RECEIVES = 5;

export interface QueueWithDlqProps {
  name: string;
  /** The consumer's timeout, in seconds per batch. */
  consumerTimeout: number;
  maxReceives?: number;
}

/** A queue with a dead-letter queue. Encrypted, TLS only. */
export class QueueWithDlq extends Construct {
  readonly queue: Queue;
  readonly deadLetters: Queue;

  constructor(scope: Construct, id: string, props: QueueWithDlqProps) {
    super(scope, id);
    this.deadLetters = new Queue(this, 'DeadLetters', {
      queueName: `${props.name}-dlq`,
      encryption: QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
      retentionPeriod: Duration.days(14),
      // Read by record-failure, whose batches take half a minute at most.
      visibilityTimeout: Duration.minutes(3),
    });
    this.queue = new Queue(this, 'Queue', {
      queueName: props.name,
      encryption: QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
      retentionPeriod: Duration.days(4),
      // AWS recommends six times the function's timeout, so that throttled polls do not use up the attempts.
      visibilityTimeout: Duration.seconds(6 * props.consumerTimeout),
      deadLetterQueue: { queue: this.deadLetters, maxReceiveCount: props.maxReceives ?? MAX_RECEIVES },
    });
    acknowledge(this.deadLetters, { SQS3: 'This is the dead-letter queue.' });
  }

  /** @param batch the maximum size, and the seconds to wait for a batch to fill */
  consumedBy<Schema extends z.ZodType>(
    { lambda }: AppFunction<Schema>,
    batch: { size: number; waitSeconds: number; concurrency?: number },
  ): void {
    lambda.addEventSource(eventSource(this.queue, batch));
  }
}

/** Reports failures per message, never per batch. */
export const eventSource = (
  queue: Queue,
  { size, waitSeconds, concurrency }: { size: number; waitSeconds: number; concurrency?: number },
): SqsEventSource =>
  new SqsEventSource(queue, {
    batchSize: size,
    reportBatchItemFailures: true,
    ...(waitSeconds > 0 && { maxBatchingWindow: Duration.seconds(waitSeconds) }),
    ...(concurrency !== undefined && { maxConcurrency: concurrency }),
  });
