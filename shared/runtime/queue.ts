import { BatchProcessor, EventType, processPartialResponse } from '@aws-lambda-powertools/batch';
import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware';
import { MetricUnit } from '@aws-lambda-powertools/metrics';
import { logMetrics } from '@aws-lambda-powertools/metrics/middleware';
import { captureLambdaHandler } from '@aws-lambda-powertools/tracer/middleware';
import middy from '@middy/core';
import type { Context, SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import { z } from 'zod';
import { isRetryable, Problem } from '#shared/kernel/problems.ts';
import { logger, metrics, tracer } from './telemetry.ts';

/** A message of a queue, parsed. */
export interface Message<Body> {
  body: Body;
  /** How often it was received, this time included. */
  attempts: number;
  /** The queue's name. */
  queue: string;
}

interface QueueFunction<Body> {
  /** What a message's body holds once it is parsed as JSON. A body that does not fit stays for the dead-letter queue. */
  body: z.ZodType<Body>;
  /** Handles a batch; the outcomes are in the order of the messages. */
  run: (messages: readonly Message<Body>[]) => Promise<readonly PromiseSettledResult<unknown>[]>;
  /** Told of a message that can never succeed; when it returns, the message is acknowledged. */
  reject?: (message: Message<Body>, problem: Problem) => Promise<void>;
}

/** Handles each message of a batch by itself. */
export const each =
  <Body>(run: (message: Message<Body>) => Promise<unknown>) =>
  (messages: readonly Message<Body>[]) =>
    Promise.allSettled(messages.map(run));

/**
 * A Lambda function behind a queue. One message's failure is its own: it is redelivered, or, where its problem can
 * never pass, rejected and acknowledged.
 */
export function queueFunction<Body>({ body, run, reject }: QueueFunction<Body>) {
  const Json = z
    .string()
    .transform((text): unknown => JSON.parse(text))
    .pipe(body);
  const read = (record: SQSRecord): Message<Body> => ({
    body: Json.parse(record.body),
    attempts: Number(record.attributes.ApproximateReceiveCount),
    queue: record.eventSourceARN.split(':').at(-1) ?? '',
  });

  return middy<SQSEvent, SQSBatchResponse>()
    .use(injectLambdaContext(logger, { resetKeys: true }))
    .use(logMetrics(metrics))
    .use(captureLambdaHandler(tracer, { captureResponse: false }))
    .handler(async (event: SQSEvent, context: Context): Promise<SQSBatchResponse> => {
      const outcomes = await handleAll(event.Records, read, run);
      metrics.addMetric('messages', MetricUnit.Count, event.Records.length);
      return processPartialResponse(
        event,
        async (record: SQSRecord) => {
          const outcome = outcomes.get(record.messageId);
          if (outcome === undefined || outcome.error === undefined) return;
          const { error, message } = outcome;
          if (message && reject && error instanceof Problem && !isRetryable(error))
            return reject(message, error);
          logger.warn('message failed', { message_id: record.messageId, attempts: message?.attempts, error });
          throw error;
        },
        new BatchProcessor(EventType.SQS),
        { context, throwOnFullBatchFailure: false },
      );
    });
}

interface Outcome<Body> {
  message?: Message<Body>;
  error?: unknown;
}

/** Parses what can be parsed, runs that as one batch, and says of each record how it went. */
async function handleAll<Body>(
  records: readonly SQSRecord[],
  read: (record: SQSRecord) => Message<Body>,
  run: QueueFunction<Body>['run'],
): Promise<Map<string, Outcome<Body>>> {
  const outcomes = new Map<string, Outcome<Body>>();
  const readable: { id: string; message: Message<Body> }[] = [];
  for (const record of records) {
    try {
      readable.push({ id: record.messageId, message: read(record) });
    } catch (error) {
      outcomes.set(record.messageId, { error });
    }
  }
  const results = await run(readable.map(({ message }) => message));
  for (const [position, { id, message }] of readable.entries()) {
    const result = results[position];
    outcomes.set(id, result?.status === 'rejected' ? { message, error: result.reason } : { message });
  }
  return outcomes;
}
