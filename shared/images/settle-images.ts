import type { Blobs } from '#shared/blobs/blobs.ts';
import { objectKeys } from '#shared/blobs/object-keys.ts';
import { eachWithin, type ScheduledRun } from '#shared/kernel/each-within.ts';
import type { EventPublisher } from '#shared/messaging/publisher.ts';
import { type Failure, type ImageRecord, isRefused } from './image-record.ts';
import type { ImageStore } from './image-store.ts';
import { failImage } from './reject-image.ts';

type Unsettled = Pick<ImageRecord, 'tenant_id' | 'image_id'>;
interface Ports extends ScheduledRun<Unsettled> {
  imageStore: Pick<
    ImageStore,
    'get' | 'advance' | 'refuse' | 'noteFailure' | 'release' | 'expire' | 'unsettled' | 'settle'
  >;
  blobs: Pick<Blobs, 'bucket' | 'size' | 'removeImage'>;
  publisher: EventPublisher;
}

const HOUR = 3_600_000;
/** Time without a change after which no delivery can still be writing objects of the image. Milliseconds. */
const QUIET = HOUR;
/** Time without a change after which an image that is not validated is given up: its incoming file expires, too. Milliseconds. */
const PATIENCE = 24 * HOUR;

/**
 * Settles the images that were announced more than an hour ago and not admitted, so that no quota stays reserved and no
 * object stays that is not counted (docs/adr/0036-quota-is-reserved.md):
 *
 * - an unused form goes with its record and its reservation;
 * - an image whose validation has not succeeded within a day fails for good;
 * - an hour after an image was refused or purged, what a delivery may still have written is removed.
 */
export const settleImages = (ports: Ports) => (): Promise<{ removed: number; failed: number }> =>
  eachWithin(
    ports,
    (start) => ports.imageStore.unsettled(start.toISOString()),
    async ({ tenant_id, image_id }, start) => {
      const record = await ports.imageStore.get(tenant_id, image_id);
      if (!record || record.stored_bytes !== undefined) return false; // the index is behind
      return settle(ports, record, start);
    },
  );

async function settle(ports: Ports, record: ImageRecord, now: Date): Promise<boolean> {
  const { imageStore, blobs } = ports;
  const { tenant_id: tenant, image_id: image, status } = record;
  const age = now.getTime() - Date.parse(record.updated_at);
  if (status === 'purged' || isRefused(record)) {
    if (age < QUIET) return postpone(ports, record, now);
    await blobs.removeImage(tenant, image);
    await imageStore.release(tenant, image);
    await imageStore.settle(tenant, image);
    return true;
  }
  const isUnused =
    status === 'pending_upload' &&
    (await blobs.size(tenant, objectKeys.incoming(tenant, image))) === undefined;
  if (isUnused) return imageStore.expire(tenant, image);
  if (age >= PATIENCE) await abandon(ports, record, now);
  return postpone(ports, record, now);
}

/** A file that awaits its validation is looked at again in an hour. */
async function postpone(
  { imageStore }: Ports,
  { tenant_id, image_id }: ImageRecord,
  now: Date,
): Promise<false> {
  await imageStore.settle(tenant_id, image_id, new Date(now.getTime() + HOUR).toISOString());
  return false;
}

/** Refuses an image from any state before its admission, which excludes an admission from then on. */
async function abandon(ports: Ports, record: ImageRecord, now: Date): Promise<void> {
  const { imageStore } = ports;
  const { tenant_id: tenant, image_id: image } = record;
  const at = now.toISOString();
  await imageStore.advance(tenant, image, 'uploaded', at); // a failed image cannot fail again
  const failure: Failure = {
    stage: 'validation',
    code: 'dependency_unavailable',
    detail: 'The image could not be validated within a day. Upload it as a new image.',
    retryable: false,
    attempts: record.failure?.attempts ?? 1,
  };
  await failImage({ ...ports, imageStore: { ...imageStore, fail: imageStore.refuse } })(
    tenant,
    image,
    failure,
    {},
    record.correlation_id,
  );
}
