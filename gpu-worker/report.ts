import { MetricUnit } from '@aws-lambda-powertools/metrics';
import type { ImagesValidatedV1 } from '#shared/contracts/events/images-validated.v1.ts';
import type { EmbedOutcome } from '#shared/images/embed-image.ts';
import type { Problem } from '#shared/kernel/problems.ts';
import { logger, metrics } from '#shared/runtime/telemetry.ts';
import type { ReceivedMessage } from './message-queue.ts';

/** Telemetry of a worker: a log line for each image, metrics for each batch. */
export interface BatchReport {
  handled(event: ImagesValidatedV1, outcome: EmbedOutcome): void;
  rejected(event: ImagesValidatedV1, problem: Problem): void;
  retried(event: ImagesValidatedV1, error: unknown, attempts: number): void;
  givenUp(event: ImagesValidatedV1, error: unknown, attempts: number): void;
  unreadable(message: ReceivedMessage): void;
  extensionFailed(error: unknown): void;
  notSettled(error: unknown): void;
  /** @param durationMs from the start of the batch until its last message is settled */
  batch(outcomes: readonly EmbedOutcome[], durationMs: number): void;
}

const identify = (event: ImagesValidatedV1) => ({
  tenant_id: event.tenantid,
  image_id: event.subject,
  correlation_id: event.correlationid,
});

/** Logs JSON lines and emits metrics in CloudWatch's embedded metric format. Logs no vectors. */
export const telemetryReport: BatchReport = {
  handled: (event, { status }) => logger.info('image handled', { ...identify(event), status }),
  rejected: (event, problem) =>
    logger.warn('image cannot be embedded', { ...identify(event), code: problem.code, error: problem }),
  retried: (event, error, attempts) =>
    logger.warn('image will be retried', { ...identify(event), attempts, error: asError(error) }),
  givenUp: (event, error, attempts) =>
    logger.error('image given up', { ...identify(event), attempts, error: asError(error) }),
  unreadable: ({ id, attempts }) =>
    logger.error('message is not an images.validated event', { message_id: id, attempts }),
  extensionFailed: (error) => logger.warn('visibility timeout not extended', { error: asError(error) }),
  notSettled: (error) => logger.warn('messages will be redelivered', { error: asError(error) }),
  batch(outcomes, durationMs) {
    const failed = outcomes.filter(({ status }) => status === 'failed').length;
    metrics.addMetric('batch_size', MetricUnit.Count, outcomes.length);
    metrics.addMetric('batch_duration', MetricUnit.Milliseconds, durationMs);
    metrics.addMetric('images_embedded', MetricUnit.Count, outcomes.length - failed);
    metrics.addMetric('images_failed', MetricUnit.Count, failed);
    metrics.publishStoredMetrics();
  },
};

const asError = (error: unknown): Error => (error instanceof Error ? error : new Error(String(error)));
