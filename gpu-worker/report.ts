import type { ImagesValidatedV1 } from '#shared/contracts/events/images-validated.v1.ts';
import type { EmbedOutcome } from '#shared/images/embed-image.ts';
import type { Problem } from '#shared/kernel/problems.ts';
import { recordProcessing } from '#shared/runtime/business-metrics.ts';
import { emit } from '#shared/runtime/emit.ts';
import { logger } from '#shared/runtime/telemetry.ts';
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
  /**
   * @param durationMs from the start of the batch until its last message is settled
   * @param events those that were embedded, in the order of the outcomes
   */
  batch(outcomes: readonly EmbedOutcome[], durationMs: number, events: readonly ImagesValidatedV1[]): void;
}

const identify = (event: ImagesValidatedV1) => ({
  tenant_id: event.tenantid,
  image_id: event.subject,
  correlation_id: event.correlationid,
});

/** Logs JSON lines and emits metrics in CloudWatch's embedded metric format. Logs no vectors. */
export const telemetryReport = (provider: 'cpu' | 'cuda'): BatchReport => ({
  handled: (event, { status }) => logger.info('step', { ...identify(event), step: 'gpu-worker', status }),
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
  batch(outcomes, durationMs, events) {
    emit('batch_size', outcomes.length, { step: 'gpu-worker' });
    emit('worker_batches_total', 1, { provider });
    for (const [position, { status }] of outcomes.entries()) {
      emit('feature_extraction_total', 1, { status });
      recordProcessing('embed', durationMs, status !== 'failed', events[position]?.tenantid);
    }
  },
});

const asError = (error: unknown): Error => (error instanceof Error ? error : new Error(String(error)));
