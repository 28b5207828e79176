import type { Blobs } from '#shared/blobs/blobs.ts';
import type { AnyEvent } from '#shared/contracts/events/envelope.ts';
import { newEvent } from '#shared/contracts/events/new-event.ts';
import { type ImageId, imageId, type TenantId, tenantId } from '#shared/kernel/ids.ts';
import type { Problem } from '#shared/kernel/problems.ts';
import type { Stage } from '#shared/kernel/vocabulary.ts';
import type { EventPublisher } from '#shared/messaging/publisher.ts';
import { imageFields } from './image-event-data.ts';
import type { Failure } from './image-record.ts';
import type { ImageStore } from './image-store.ts';

interface Ports {
  imageStore: ImageStore;
  blobs: Pick<Blobs, 'bucket'>;
  publisher: EventPublisher;
  now?: () => Date;
}

/** Why a picture cannot go on. */
export const failureOf = (stage: Stage, problem: Problem, attempts: number): Failure => ({
  stage,
  code: problem.code,
  detail: problem.message,
  retryable: problem.retryable,
  attempts,
});

/**
 * Writes the failure into the picture's record, and tells it with the message that could not be handled. A picture that
 * is indexed or purged by now stays so, and nothing is told; but that an indexed one's duplicates could not be looked
 * for is.
 */
export const failImage =
  ({ imageStore, blobs, publisher, now = () => new Date() }: Ports) =>
  async (
    tenant: TenantId,
    image: ImageId,
    failure: Failure,
    originalEvent: unknown,
    correlationId: string,
  ): Promise<void> => {
    const at = now().toISOString();
    const failed = await imageStore.fail(tenant, image, failure, at, originalEvent);
    const told = failure.stage === 'duplicates' ? ['failed', 'indexed'] : ['failed'];
    if (failed && !told.includes(failed.record.status)) return;
    const record = failed?.record;
    await publisher.publish(tenant, [
      newEvent('images.failed', {
        tenant,
        subject: image,
        correlationId: record?.correlation_id ?? correlationId,
        time: at,
        id: `${image}.${failure.stage}.images.failed`,
        data: {
          image_id: image,
          ...(record && imageFields(record, blobs.bucket)),
          failure,
          original_event: originalEvent,
          failed_at: at,
        },
      }),
    ]);
  };

/** Ends a picture's way at an event of ours that can never be handled. */
export const rejectImage =
  (ports: Ports) =>
  (stage: Stage, event: AnyEvent, problem: Problem, attempts: number): Promise<void> =>
    failImage(ports)(
      tenantId(event.tenantid),
      imageId(event.subject),
      failureOf(stage, problem, attempts),
      event,
      event.correlationid,
    );
