import type { Blobs } from '#shared/blobs/blobs.ts';
import { objectKeys } from '#shared/blobs/object-keys.ts';
import { newEvent } from '#shared/contracts/events/new-event.ts';
import type { Imaging } from '#shared/imaging/imaging.ts';
import type { ImageId, TenantId } from '#shared/kernel/ids.ts';
import { IMAGE_LIMITS } from '#shared/kernel/image-limits.ts';
import { Problem } from '#shared/kernel/problems.ts';
import { settingsOf } from '#shared/kernel/settings.ts';
import type { EventPublisher } from '#shared/messaging/publisher.ts';
import type { Tenant } from '#shared/tenants/tenant.ts';
import { embeddedWith, modelsOf } from '#shared/tenants/tenant-models.ts';
import type { TenantStore } from '#shared/tenants/tenant-store.ts';
import { acceptFile } from './accept-file.ts';
import { imageFields, validatedFields } from './image-event-data.ts';
import { imageObjectKeys } from './image-object-keys.ts';
import type { Failure, ImageRecord } from './image-record.ts';
import type { ImageStore } from './image-store.ts';
import { quotaExceeded, quotaOf } from './quota.ts';
import { failImage, failureOf } from './reject-image.ts';

interface Ports {
  imageStore: ImageStore;
  tenants: Pick<TenantStore, 'get'>;
  blobs: Blobs;
  imaging: Imaging;
  publisher: EventPublisher;
  /** The models of the service, the default first. */
  models: readonly [string, ...string[]];
  now?: () => Date;
}

/** `discarded`: the image has another file already. */
type UploadOutcome = 'handled' | 'discarded';

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
    const sizes = thumbnailSizes(owner, record);
    // A presigned form can outlive its tenant. Nothing is published for a tenant that is being purged.
    if (!owner || owner.state === 'purging') return removeAll(ports, tenant, image, sizes);
    const publishFailure = async (failure: Failure): Promise<UploadOutcome> => {
      const original = notification(ports.blobs.bucket, upload);
      await failImage(ports)(tenant, image, failure, original, record?.correlation_id ?? image);
      return removeUncounted(ports, tenant, image, sizes);
    };
    const fail = (problem: Problem) => publishFailure(failureOf('validation', problem, attempts));
    if (!record) {
      return fail(new Problem('not_found', `The upload belongs to no image: ${image} was never announced.`));
    }
    if (record.status === 'purged') return removeAll(ports, tenant, image, sizes);
    const isPast = record.status === 'failed' && record.failure?.stage !== 'validation';
    if (isPast || record.status === 'processed' || record.status === 'indexed')
      return discard(ports, tenant, image);
    if (record.failure && !(await canRetry(ports, record.failure, tenant, image)))
      return publishFailure(record.failure);
    try {
      // An earlier delivery may have stopped between its write and its event: publish again.
      if (record.status !== 'validated') return await validate(ports, owner, image, upload);
      await publishValidated(ports, owner, record);
      return await discard(ports, tenant, image);
    } catch (error) {
      if (!(error instanceof Problem) || error.retryable) throw error;
      return fail(error);
    }
  };

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

async function validate(ports: Ports, owner: Tenant, image: ImageId, upload: Upload): Promise<UploadOutcome> {
  const tenant = owner.tenant_id;
  const quota = quotaOf(owner);
  // 1. mark as uploaded and publish, unless the tenant's purge has removed the record
  const record = await markUploaded(ports, tenant, image);
  if (!record) return removeAll(ports, tenant, image, thumbnailSizes(owner));
  // 2. check the size before the download
  checkSize(upload.size);
  // 3. download, check, derive, accept; an image validated before keeps its thumbnail sizes
  const sizes = record.thumbnails?.map(({ size }) => size) ?? settingsOf(owner.settings).thumbnail_sizes;
  const facts = await acceptFile(ports, record, sizes);
  // 4. mark as validated if the quota allows
  const done = await ports.imageStore.admit(tenant, image, timeOf(ports), facts, quota);
  if (done?.full) throw quotaExceeded(await ports.imageStore.stored(tenant), facts.file_size, quota);
  // 5. publish, unless the image was purged or has advanced meanwhile
  if (!done || done.record.status === 'purged') return removeAll(ports, tenant, image, sizes);
  await discard(ports, tenant, image); // accepted: the file is under its own key
  if (done.record.status === 'validated') await publishValidated(ports, owner, done.record);
  return 'handled';
}

async function markUploaded(
  ports: Ports,
  tenant: TenantId,
  image: ImageId,
): Promise<ImageRecord | undefined> {
  const step = await ports.imageStore.advance(tenant, image, 'uploaded', timeOf(ports));
  const record = step?.record;
  if (record?.status === 'uploaded') {
    await ports.publisher.publish(tenant, [
      newEvent('images.uploaded', {
        tenant,
        subject: image,
        correlationId: record.correlation_id,
        time: record.uploaded_at ?? record.updated_at,
        data: imageFields(record, ports.blobs.bucket),
      }),
    ]);
  }
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

function publishValidated(
  { blobs, publisher, models }: Ports,
  owner: Tenant,
  record: ImageRecord,
): Promise<void> {
  return publisher.publish(record.tenant_id, [
    newEvent('images.validated', {
      tenant: record.tenant_id,
      subject: record.image_id,
      correlationId: record.correlation_id,
      time: record.validated_at ?? record.updated_at,
      data: {
        ...validatedFields(record, blobs.bucket),
        embed_with: embeddedWith(modelsOf(owner, models)),
      },
    }),
  ]);
}

/** The tenant's thumbnail sizes, and those that the image has from earlier settings. */
const thumbnailSizes = (owner?: Tenant, record?: ImageRecord): readonly number[] => [
  ...settingsOf(owner?.settings).thumbnail_sizes,
  ...(record?.thumbnails ?? []).map(({ size }) => size),
];

/** Removes a file that is not, or no longer, needed for validation. */
async function discard({ blobs }: Ports, tenant: TenantId, image: ImageId): Promise<UploadOutcome> {
  const removed = await blobs.remove(tenant, [objectKeys.incoming(tenant, image)]);
  return removed > 0 ? 'discarded' : 'handled';
}

/** Removes all objects of an image that does not exist. */
async function removeAll(
  { blobs }: Ports,
  tenant: TenantId,
  image: ImageId,
  sizes: readonly number[],
): Promise<UploadOutcome> {
  const { objects, thumbnails } = imageObjectKeys(tenant, image, sizes);
  await blobs.discard(tenant, [...objects, ...thumbnails]);
  return 'handled';
}

/** Removes all objects, unless another delivery has admitted the image meanwhile: then what was uploaded alone. */
async function removeUncounted(
  ports: Ports,
  tenant: TenantId,
  image: ImageId,
  sizes: readonly number[],
): Promise<UploadOutcome> {
  const record = await ports.imageStore.get(tenant, image);
  return record?.stored_bytes === undefined
    ? removeAll(ports, tenant, image, sizes)
    : discard(ports, tenant, image);
}

const timeOf = ({ now = () => new Date() }: Ports): string => now().toISOString();

/** The fields of S3's notification that are read; sent to the validation queue, it retries the image. */
const notification = (bucket: string, { key, size }: Upload) => ({
  Records: [{ s3: { bucket: { name: bucket }, object: { key, size } } }],
});
