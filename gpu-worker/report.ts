import { MetricUnit } from '@aws-lambda-powertools/metrics';
import type { ImagesValidatedV1 } from '#shared/contracts/events/images-validated.v1.ts';
import type { EmbedOutcome } from '#shared/images/embed-image.ts';
import type { Problem } from '#shared/kernel/problems.ts';
import { logger, metrics } from '#shared/runtime/telemetry.ts';
import type { HeldMessage } from './message-queue.ts';

/** What a worker tells its operators: a log line for each picture, metrics for each batch. */
export interface BatchReport {
  picture(event: ImagesValidatedV1, outcome: EmbedOutcome): void;
  rejected(event: ImagesValidatedV1, problem: Problem): void;
  retried(event: ImagesValidatedV1, error: unknown, attempts: number): void;
  unreadable(message: HeldMessage): void;
  renewalFailed(error: unknown): void;
  notSettled(error: unknown): void;
  /** @param durationMs from the first picture's fetch to the last message's end */
  batch(outcomes: readonly EmbedOutcome[], durationMs: number): void;
}

const about = (event: ImagesValidatedV1) => ({
  tenant_id: event.tenantid,
  image_id: event.subject,
  correlation_id: event.correlationid,
});

/** By Powertools: JSON lines, and metrics in the embedded metric format. Never a vector. */
export const telemetryReport: BatchReport = {
  picture: (event, { status }) => logger.info('picture handled', { ...about(event), status }),
  rejected: (event, problem) =>
    logger.warn('picture cannot be embedded', { ...about(event), code: problem.code, error: problem }),
  retried: (event, error, attempts) =>
    logger.warn('picture will be tried again', { ...about(event), attempts, error: asError(error) }),
  unreadable: ({ id, attempts }) =>
    logger.error('message is no images.validated event', { message_id: id, attempts }),
  renewalFailed: (error) => logger.warn('messages could not be kept hidden', { error: asError(error) }),
  notSettled: (error) => logger.warn('messages will come again', { error: asError(error) }),
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
