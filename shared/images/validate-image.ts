import type { Blobs } from '#shared/blobs/blobs.ts';
import { objectKeys } from '#shared/blobs/object-keys.ts';
import type { Imaging } from '#shared/imaging/imaging.ts';
import type { ImageId, TenantId } from '#shared/kernel/ids.ts';
import { IMAGE_LIMITS } from '#shared/kernel/image-limits.ts';
import { Problem } from '#shared/kernel/problems.ts';
import { settingsOf } from '#shared/kernel/settings.ts';
import type { EventPublisher } from '#shared/messaging/publisher.ts';
import { linkActiveSpan } from '#shared/messaging/traceparent.ts';
import type { Tenant } from '#shared/tenants/tenant.ts';
import { embeddedWith, modelsOf } from '#shared/tenants/tenant-models.ts';
import type { TenantStore } from '#shared/tenants/tenant-store.ts';
import { acceptFile, fetchFile } from './accept-file.ts';
import { type Failure, type ImageRecord, isRefused, isRefusedForGood } from './image-record.ts';
import type { ImageStore } from './image-store.ts';
import { quotaExceeded, quotaOf } from './quota.ts';
import { discardIncoming, refuseUpload, removeRefused, type UploadOutcome } from './refuse-upload.ts';
import { failImage, failureOf } from './reject-image.ts';
import { uploadedEvent, validatedEvent } from './validation-events.ts';

interface Ports {
  imageStore: ImageStore;
  tenants: Pick<TenantStore, 'get'>;
  blobs: Blobs;
  imaging: Pick<Imaging, 'read' | 'perceptualHash' | 'encodeModelImage'>;
  publisher: EventPublisher;
  /** The models of the service, the default first. */
  models: readonly [string, ...string[]];
  now?: () => Date;
}

/** An uploaded object. `size` is in bytes. */
interface Upload {
  key: string;
  size: number;
}

/**
 * Checks an uploaded image, writes its derivatives, admits it against the quota, and publishes `images.validated`, or
 * `images.failed` if it is rejected; a rejected file is removed. Repeated, late and reordered notifications change nothing,
 * nor does a form that is used again: the image keeps the file that was validated. An image beyond the quota can be
 * uploaded again.
 * @returns `discarded` if a later upload was removed
 * @throws Problem that is retryable, e.g. `dependency_unavailable`: the message is to be redelivered
 */
export const validateImage =
  (ports: Ports) =>
  async (tenant: TenantId, image: ImageId, upload: Upload, attempts = 1): Promise<UploadOutcome> => {
    const [owner, record] = await Promise.all([
      ports.tenants.get(tenant),
      ports.imageStore.get(tenant, image),
    ]);
    linkActiveSpan(record?.traceparent);
    const sizes = thumbnailSizes(owner, record);
    // A presigned form can outlive its tenant. Nothing is published for a tenant that is being purged.
    if (!owner || owner.state === 'purging') return removeRefused(ports, tenant, image, sizes, undefined);
    const original = notification(ports.blobs.bucket, upload);
    const refuse = (failure: Failure) => refuseUpload(ports)(tenant, image, failure, original, sizes);
    const failureBy = (error: unknown) => failureOf('validation', finalProblem(error), attempts);
    if (!record) {
      const unknown = `The upload belongs to no image: ${image} was never announced.`;
      return refuse(failureBy(new Problem('not_found', unknown)));
    }
    if (record.status === 'purged') return removeRefused(ports, tenant, image, sizes, record);
    const isPast = record.status === 'failed' && record.failure?.stage !== 'validation';
    if (isPast || record.status === 'processed' || record.status === 'indexed')
      return discardIncoming(ports, tenant, image);
    if (record.failure && !(await canRetry(ports, record.failure, tenant, image)))
      return refuse(record.failure);
    let admitted = record;
    if (record.status !== 'validated') {
      try {
        const done = await validate(ports, owner, image, upload);
        if (done === 'handled' || done === 'discarded') return done;
        admitted = done;
      } catch (error) {
        return refuse(failureBy(error));
      }
    }
    // An earlier delivery may have stopped between its write and its event: publish again.
    try {
      const embedWith = embeddedWith(modelsOf(owner, ports.models));
      await ports.publisher.publish(tenant, [validatedEvent(admitted, ports.blobs.bucket, embedWith)]);
    } catch (error) {
      await failImage(ports)(tenant, image, failureBy(error), original, record.correlation_id);
    }
    return record === admitted ? discardIncoming(ports, tenant, image) : 'handled';
  };

/** @throws the error if it is none that a repetition would meet again */
function finalProblem(error: unknown): Problem {
  if (!(error instanceof Problem) || error.retryable) throw error;
  return error;
}

/** An image beyond the quota can be retried if its file was uploaded again. */
async function canRetry(
  { blobs }: Ports,
  { retryable, code }: Failure,
  tenant: TenantId,
  image: ImageId,
): Promise<boolean> {
  const key = objectKeys.incoming(tenant, image);
  return retryable || (code === 'quota_exceeded' && (await blobs.size(tenant, key)) !== undefined);
}

/** @returns the record of the admitted image, whose event is to be published */
async function validate(
  ports: Ports,
  owner: Tenant,
  image: ImageId,
  upload: Upload,
): Promise<ImageRecord | UploadOutcome> {
  const tenant = owner.tenant_id;
  const quota = quotaOf(owner);
  // 1. mark as uploaded and publish, unless the tenant's purge has removed the record, or another delivery refused a file
  const record = await markUploaded(ports, tenant, image);
  if (!record || isRefusedForGood(record))
    return removeRefused(ports, tenant, image, thumbnailSizes(owner, record), record);
  // 2. check the size before the download
  checkSize(upload.size);
  // 3. download, and reserve quota, unless the announcement has: nothing is written that is not counted
  const file = await fetchFile(ports, tenant, image);
  const sizes = record.thumbnails?.map(({ size }) => size) ?? settingsOf(owner.settings).thumbnail_sizes;
  const reserved = await ports.imageStore.reserve(tenant, image, file.bytes.length, quota);
  if (reserved?.full) throw quotaExceeded(await ports.imageStore.quotaUse(tenant), file.bytes.length, quota);
  if (!reserved?.moved) return giveUp(ports, tenant, image, sizes, reserved?.record);
  // 4. check, derive, accept; an image validated before keeps its thumbnail sizes
  const facts = await acceptFile(ports, record, sizes, file);
  // 5. mark as validated and count
  const done = await ports.imageStore.admit(tenant, image, timeOf(ports), facts, quota);
  if (done?.full) throw quotaExceeded(await ports.imageStore.quotaUse(tenant), facts.file_size, quota);
  // 6. have it published, unless the image was purged, refused or has advanced meanwhile
  if (!done || done.record.stored_bytes === undefined)
    return giveUp(ports, tenant, image, sizes, done?.record);
  await ports.blobs.discard(tenant, [objectKeys.incoming(tenant, image)]); // accepted: the file is under its own key
  return done.record.status === 'validated' ? done.record : 'handled';
}

/**
 * Removes the files of an image that was purged or refused during its validation.
 * @throws Problem `dependency_unavailable` if it failed otherwise: the next delivery decides
 */
function giveUp(
  ports: Ports,
  tenant: TenantId,
  image: ImageId,
  sizes: readonly number[],
  record: ImageRecord | undefined,
): Promise<UploadOutcome> {
  if (record && record.status !== 'purged' && !isRefused(record))
    throw new Problem('dependency_unavailable', 'The image failed while it was validated.');
  return removeRefused(ports, tenant, image, sizes, record);
}

async function markUploaded(
  ports: Ports,
  tenant: TenantId,
  image: ImageId,
): Promise<ImageRecord | undefined> {
  const step = await ports.imageStore.advance(tenant, image, 'uploaded', timeOf(ports));
  const record = step?.record;
  if (record?.status === 'uploaded')
    await ports.publisher.publish(tenant, [uploadedEvent(record, ports.blobs.bucket)]);
  return record;
}

function checkSize(size: number): void {
  if (size > IMAGE_LIMITS.fileBytes) {
    throw new Problem(
      'payload_too_large',
      `The file has ${size} bytes; an image may have at most ${IMAGE_LIMITS.fileBytes}.`,
    );
  }
}

/** The tenant's thumbnail sizes, and those that the image has from earlier settings. */
const thumbnailSizes = (owner?: Tenant, record?: ImageRecord): readonly number[] => [
  ...settingsOf(owner?.settings).thumbnail_sizes,
  ...(record?.thumbnails ?? []).map(({ size }) => size),
];

const timeOf = ({ now = () => new Date() }: Ports): string => now().toISOString();

/** The fields of S3's notification that are read; sent to the validation queue, it retries the image. */
const notification = (bucket: string, { key, size }: Upload) => ({
  Records: [{ s3: { bucket: { name: bucket }, object: { key, size } } }],
});
