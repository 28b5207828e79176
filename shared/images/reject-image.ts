import type { Blobs } from '#shared/blobs/blobs.ts';
import type { AnyEvent } from '#shared/contracts/events/envelope.ts';
import { newEvent } from '#shared/contracts/events/new-event.ts';
import { fitsEvent } from '#shared/contracts/events/serialize-event.ts';
import { type ImageId, imageId, type TenantId, tenantId } from '#shared/kernel/ids.ts';
import type { Problem } from '#shared/kernel/problems.ts';
import type { Stage } from '#shared/kernel/vocabulary.ts';
import type { EventPublisher } from '#shared/messaging/publisher.ts';
import { imageFields } from './image-event-data.ts';
import type { Failure } from './image-record.ts';
import type { ImageStore } from './image-store.ts';

interface Ports {
  imageStore: Pick<ImageStore, 'fail' | 'noteFailure'>;
  blobs: Pick<Blobs, 'bucket'>;
  publisher: EventPublisher;
  now?: () => Date;
}

/** Characters of a failure's detail. */
const DETAIL_LENGTH = 1000;

export const failureOf = (stage: Stage, problem: Problem, attempts: number): Failure => ({
  stage,
  code: problem.code,
  detail: problem.message.slice(0, DETAIL_LENGTH),
  retryable: problem.retryable,
  attempts,
});

/**
 * Records the failure with the image and publishes `images.failed` with the original event; a failure after a retry has an
 * id of its own. An image that is indexed or purged keeps its status and nothing is published, except that the duplicate
 * detection of an indexed image failed.
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
    const { fail, noteFailure } = imageStore;
    const record = (await fail(tenant, image, failure, at, originalEvent))?.record;
    const isUndetected = failure.stage === 'duplicates' && record?.status === 'indexed';
    if (record && record.status !== 'failed' && !isUndetected) return;
    if (isUndetected) await noteFailure(tenant, image, failure, at, originalEvent);
    const data = {
      image_id: image,
      ...(record && imageFields(record, blobs.bucket)),
      failure,
      original_event: originalEvent,
      failed_at: at,
    };
    await publisher.publish(tenant, [
      newEvent('images.failed', {
        tenant,
        subject: image,
        correlationId: record?.correlation_id ?? correlationId,
        time: at,
        id: [image, failure.stage, ...(record?.retries ? [record.retries] : []), 'images.failed'].join('.'),
        data: fitsEvent(data) ? data : { ...data, original_event: OMITTED },
      }),
    ]);
  };

/** Replaces an original event that is too large to be published again; the record has it. */
const OMITTED = { omitted: 'too large' } as const;

/** Fails an image whose event can never be handled. */
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
