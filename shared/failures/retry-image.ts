import type { Blobs } from '#shared/blobs/blobs.ts';
import { objectKeys } from '#shared/blobs/object-keys.ts';
import { findImage } from '#shared/images/find-image.ts';
import { type ImageRecord, UPLOADS } from '#shared/images/image-record.ts';
import type { ImageStore } from '#shared/images/image-store.ts';
import type { ImageId, TenantId } from '#shared/kernel/ids.ts';
import { Problem } from '#shared/kernel/problems.ts';
import { type ImageStatus, RETRIED_STAGES, type RetriedStage } from '#shared/kernel/vocabulary.ts';
import type { StageQueues } from './stage-queues.ts';

export interface RetryPorts {
  imageStore: Pick<ImageStore, 'get' | 'originalEvent' | 'restart'>;
  blobs: Pick<Blobs, 'size'>;
  queues: StageQueues;
  now?: () => Date;
}

/** The status of an image before each stage. */
const BEFORE = {
  validation: 'uploaded',
  embedding: 'validated',
  indexing: 'processed',
  duplicates: 'indexed',
} as const satisfies Record<RetriedStage, ImageStatus>;

/**
 * Sends what failed for an image to the queue of the stage again. An image that is being retried already is sent once more,
 * since its message may be lost; every stage takes a message twice.
 * @throws Problem `not_found`, `purged`; `conflict` if the image has not failed, or a repetition would fail again
 */
export const retryImage =
  ({ imageStore, blobs, queues, now = () => new Date() }: RetryPorts) =>
  async (tenant: TenantId, image: ImageId): Promise<Pick<ImageRecord, 'image_id' | 'status'>> => {
    const record = await findImage({ imageStore })(tenant, image);
    const stage = retriedStage(record);
    if (stage === 'validation' && !(await hasFile(blobs, record))) throw fileGone(record);
    const original = await imageStore.originalEvent(tenant, image);
    if (original === undefined) throw notFailed(record); // a step has succeeded since the record was read
    await imageStore.restart(tenant, image, BEFORE[stage], now().toISOString());
    await queues[stage].send(tenant, original);
    return { image_id: image, status: BEFORE[stage] };
  };

/** Returns true if a retry of the image's last failure can succeed. */
export const isMendable = ({ failure }: Pick<ImageRecord, 'failure'>): boolean =>
  failure?.retryable === true && RETRIED_STAGES.some((stage) => stage === failure.stage);

function retriedStage(record: ImageRecord): RetriedStage {
  const { image_id, failure } = record;
  if (!failure) throw notFailed(record);
  const stage = RETRIED_STAGES.find((each) => each === failure.stage);
  if (stage && failure.retryable) return stage;
  throw new Problem(
    'conflict',
    `The image ${image_id} failed for good, with ${failure.code}: ${failure.detail} Upload a file that is mended as a new image.`,
  );
}

const hasFile = async (blobs: RetryPorts['blobs'], { tenant_id, image_id }: ImageRecord): Promise<boolean> =>
  (await blobs.size(tenant_id, objectKeys.incoming(tenant_id, image_id))) !== undefined ||
  (await blobs.size(tenant_id, objectKeys.upload(tenant_id, image_id))) !== undefined;

const notFailed = ({ image_id, status }: ImageRecord): Problem =>
  new Problem('conflict', `The image ${image_id} has not failed: it is ${status}.`);

const fileGone = ({ image_id, storage_location }: ImageRecord): Problem =>
  new Problem(
    'conflict',
    storage_location === UPLOADS
      ? `The file of ${image_id} is kept for a day and is gone. Upload it as a new image.`
      : `The file of ${image_id} is in your own storage. Scan ${storage_location} again with "full": true.`,
  );
