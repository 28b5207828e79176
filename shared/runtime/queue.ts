import { BatchProcessor, EventType, processPartialResponse } from '@aws-lambda-powertools/batch';
import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware';
import middy from '@middy/core';
import type { Context, SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import * as z from 'zod';
import type { ImageOperation } from '#shared/kernel/metrics.ts';
import { isRetryable, Problem } from '#shared/kernel/problems.ts';
import { backoffSeconds, isGivenUp } from '#shared/kernel/redelivery.ts';
import type { Redelivery } from '#shared/messaging/redelivery.ts';
import { linksTo } from '#shared/messaging/traceparent.ts';
import { recordProcessing } from './business-metrics.ts';
import { emit } from './emit.ts';
import { isStep, subjectOf } from './message-log.ts';
import { inSpan } from './spans.ts';
import { stepOf } from './step.ts';
import { logger } from './telemetry.ts';

/** A parsed message of a queue. */
export interface Message<Body> {
  body: Body;
  /** How often it was received, including this time. */
  attempts: number;
  /** The name of the queue. */
  queue: string;
  /** The span that sent it. */
  traceparent?: string;
}

interface QueueFunction<Body> {
  /** The schema of the JSON body. A body that does not match is redelivered until it reaches the dead-letter queue. */
  body: z.ZodType<Body>;
  /** Handles a batch; returns one outcome per message, in order. */
  run: (messages: readonly Message<Body>[]) => Promise<readonly PromiseSettledResult<unknown>[]>;
  /** Handles a message that can never succeed; the message is acknowledged when this returns. */
  reject?: (message: Message<Body>, problem: Problem) => Promise<void>;
  /** The step of an image that this is, for its metrics. */
  operation?: ImageOperation;
  /** Handles failures that a repetition can mend; without it, the queue redelivers after its own time. */
  retry?: Retry<Body>;
}

interface Retry<Body> {
  redelivery: Redelivery;
  /** Records that no attempt succeeded and no dependency explains it; the message is acknowledged when this returns. */
  giveUp: (message: Message<Body>) => Promise<unknown>;
}

/** Handles the messages of a batch independently and concurrently. */
export const each =
  <Body>(run: (message: Message<Body>) => Promise<unknown>) =>
  (messages: readonly Message<Body>[]) =>
    Promise.allSettled(
      messages.map(async (message) => {
        const startedAt = performance.now();
        try {
          const links = linksTo([message.traceparent]);
          const attributes = subjectOf(message.body);
          const name = `message ${message.queue.replace(QUEUE_PREFIX, '')}`;
          return await inSpan(name, { kind: 'consumer', links, attributes }, () => run(message));
        } finally {
          durations.set(message, performance.now() - startedAt);
        }
      }),
    );

/** Milliseconds that `each` worked on a message; the whole batch's hold for others. */
const durations = new WeakMap<object, number>();

/**
 * A Lambda function behind a queue. Each message fails separately: it is redelivered, or, if a retry cannot succeed,
 * rejected and acknowledged.
 */
export function queueFunction<Body>({ body, run, reject, retry, operation }: QueueFunction<Body>) {
  const Json = z
    .string()
    .transform((text): unknown => JSON.parse(text))
    .pipe(body);
  const parse = (record: SQSRecord): Message<Body> => ({
    body: Json.parse(record.body),
    attempts: Number(record.attributes.ApproximateReceiveCount),
    queue: record.eventSourceARN.split(':').at(-1) ?? '',
    ...traceparentOf(record),
  });

  return middy<SQSEvent, SQSBatchResponse>()
    .use(injectLambdaContext(logger, { resetKeys: true }))
    .handler(async (event: SQSEvent, context: Context): Promise<SQSBatchResponse> => {
      const step = stepOf(context.functionName);
      const startedAt = performance.now();
      const links = linksTo(event.Records.map((record) => traceparentOf(record).traceparent));
      const outcomes = await inSpan(step, { kind: 'consumer', links }, () =>
        handleAll(event.Records, parse, run),
      );
      const batchMs = performance.now() - startedAt;
      emit('batch_size', event.Records.length, { step });
      for (const record of event.Records) {
        const { message, error } = outcomes.get(record.messageId) ?? {};
        emit('queue_age_seconds', secondsSince(record), { step });
        if (message) logStep(step, message, error, durations.get(message) ?? batchMs, operation);
      }
      return processPartialResponse(
        event,
        async (record: SQSRecord) => {
          const outcome = outcomes.get(record.messageId);
          if (outcome === undefined || outcome.error === undefined) return;
          const { error, message } = outcome;
          if (message && reject && error instanceof Problem && !isRetryable(error))
            return reject(message, error);
          if (message && retry && isGivenUp(error, message.attempts)) {
            logger.error('message given up', { message_id: record.messageId, error });
            await retry.giveUp(message);
            return;
          }
          logger.warn('message failed', { message_id: record.messageId, attempts: message?.attempts, error });
          if (retry) await redeliver(retry.redelivery, record, message?.attempts);
          throw error;
        },
        new BatchProcessor(EventType.SQS),
        { context, throwOnFullBatchFailure: false },
      );
    });
}

/** The name of a queue is after it. */
const QUEUE_PREFIX = /^deeplens-[a-z]+-/;

const Sent = z
  .string()
  .transform((text): unknown => JSON.parse(text))
  .pipe(z.object({ traceparent: z.string().max(64) }));

/** Returns the span that sent a message: in an event's envelope, or in a message of our own. */
function traceparentOf({ body }: SQSRecord): { traceparent?: string } {
  if (!body.includes('"traceparent"')) return {};
  try {
    return Sent.parse(body);
  } catch {
    return {};
  }
}

/** Returns the age of a message when its batch is done; SQS's own times are in milliseconds. */
const secondsSince = ({ attributes }: SQSRecord): number =>
  Math.max(0, Date.now() - Number(attributes.SentTimestamp)) / 1000;

/** Writes one line for each step of an image or of a delivery, and its metrics. */
function logStep(
  step: string,
  { body, attempts }: Message<unknown>,
  error: unknown,
  ms: number,
  operation?: ImageOperation,
): void {
  const subject = subjectOf(body);
  const status = error === undefined ? 'ok' : 'failed';
  if (operation) recordProcessing(operation, ms, error === undefined, subject.tenant_id);
  if (isStep(subject)) logger.info('step', { ...subject, step, status, ms: Math.round(ms), attempts });
}

/** Has a message delivered again after a backoff; one that cannot be read at once, as it only has to reach the dead-letter queue. */
async function redeliver(
  redelivery: Redelivery,
  { eventSourceARN: queueArn, receiptHandle: receipt, messageId }: SQSRecord,
  attempts: number | undefined,
): Promise<void> {
  const seconds = attempts === undefined ? 0 : backoffSeconds(attempts);
  await redelivery.after({ queueArn, receipt }, seconds).catch((error: unknown) => {
    logger.warn('redelivery not chosen: the queue’s own time holds', { message_id: messageId, error });
  });
}

interface Outcome<Body> {
  message?: Message<Body>;
  error?: unknown;
}

/** Runs all messages that parse as one batch. @returns the outcome of each record by message id */
async function handleAll<Body>(
  records: readonly SQSRecord[],
  parse: (record: SQSRecord) => Message<Body>,
  run: QueueFunction<Body>['run'],
): Promise<Map<string, Outcome<Body>>> {
  const outcomes = new Map<string, Outcome<Body>>();
  const parsed: { id: string; message: Message<Body> }[] = [];
  for (const record of records) {
    try {
      parsed.push({ id: record.messageId, message: parse(record) });
    } catch (error) {
      outcomes.set(record.messageId, { error });
    }
  }
  const results = await run(parsed.map(({ message }) => message));
  for (const [position, { id, message }] of parsed.entries()) {
    const result = results[position];
    outcomes.set(id, result?.status === 'rejected' ? { message, error: result.reason } : { message });
  }
  return outcomes;
}
