import { createHash } from 'node:crypto';
import type { Blobs } from '#shared/blobs/blobs.ts';
import type { ImageCatalog, StatusChange } from '#shared/catalog/images.ts';
import type { ImageId, TenantId } from '#shared/domain/ids.ts';
import {
  type Failure,
  IMAGE_LIMITS,
  type ImageRecord,
  objectKeys,
  THUMBNAIL_SIZES,
} from '#shared/domain/image.ts';
import { Problem } from '#shared/domain/problems.ts';
import { imageFields, validatedFields } from '#shared/events/image-data.ts';
import { newEvent } from '#shared/events/new-event.ts';
import type { Imaging, SourcePicture } from '#shared/imaging/imaging.ts';
import type { EventPublisher } from '#shared/messaging/publisher.ts';
import { failImage, failureOf } from './reject-image.ts';

interface Ports {
  catalog: ImageCatalog;
  blobs: Blobs;
  imaging: Imaging;
  publisher: EventPublisher;
  now?: () => Date;
}

/** An upload, as S3 tells of it. `size` in bytes. */
interface Upload {
  key: string;
  size: number;
}

/**
 * Checks an uploaded picture, writes what is derived from it, and says `images.validated`, or `images.failed` where
 * it can never be accepted. The same upload told again, late or out of order changes nothing.
 * @throws Problem that can pass, e.g. `dependency_unavailable`: to be redelivered
 */
export const validateImage =
  (ports: Ports) =>
  async (tenant: TenantId, image: ImageId, upload: Upload, attempts = 1): Promise<void> => {
    const record = await ports.catalog.get(tenant, image);
    const tell = (failure: Failure) =>
      failImage(ports)(
        tenant,
        image,
        failure,
        notification(ports.blobs.bucket, upload),
        record?.correlation_id ?? image,
      );
    const fail = (problem: Problem) => tell(failureOf('validation', problem, attempts));
    if (!record) {
      return fail(
        new Problem('not_found', `The upload belongs to no picture: ${image} was never announced.`),
      );
    }
    // A step that died between its write and its event is healed by saying the event again.
    if (record.status === 'purged') return removeAll(ports, tenant, image);
    if (record.status === 'validated') return sayValidated(ports, record);
    if (record.status === 'processed' || record.status === 'indexed') return;
    if (record.status === 'failed' && record.failure?.stage !== 'validation') return;
    if (record.failure && !record.failure.retryable) return tell(record.failure);
    try {
      await validate(ports, tenant, image, upload);
    } catch (error) {
      if (!(error instanceof Problem) || error.retryable) throw error;
      await fail(error);
    }
  };

async function validate(ports: Ports, tenant: TenantId, image: ImageId, upload: Upload): Promise<void> {
  // 1. uploaded, and images.uploaded
  const record = await markUploaded(ports, tenant, image);
  // 2. size, before the download: nobody should fetch what is refused anyway
  checkSize(upload.size);
  // 3. bytes
  const bytes = await fetchUpload(ports, tenant, upload.key);
  // 4. sniff, check, decode
  const source = await ports.imaging.read(bytes, record.content_type);
  // 5. thumbnails, the picture that models read, hashes
  const facts = await derive(ports, tenant, image, bytes, source);
  // 6. validated
  const done = await ports.catalog.advance(tenant, image, 'validated', timeOf(ports), facts);
  // 7. images.validated, unless the picture was deleted or overtaken meanwhile
  if (!done || done.record.status === 'purged') return removeAll(ports, tenant, image);
  if (done.record.status === 'validated') await sayValidated(ports, done.record);
}

async function markUploaded(ports: Ports, tenant: TenantId, image: ImageId): Promise<ImageRecord> {
  const step = await ports.catalog.advance(tenant, image, 'uploaded', timeOf(ports));
  if (!step) throw new Problem('not_found', `The picture ${image} is gone.`);
  const { record } = step;
  if (record.status === 'uploaded') {
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
      `The file has ${size} bytes; a picture may have at most ${IMAGE_LIMITS.fileBytes}.`,
    );
  }
}

async function fetchUpload({ blobs }: Ports, tenant: TenantId, key: string): Promise<Uint8Array> {
  const bytes = await blobs.get(tenant, key);
  if (!bytes) throw new Problem('dependency_unavailable', 'The uploaded file is not in the store (yet).');
  return bytes;
}

/** Writes the thumbnails and the picture that models read, and finds out the rest. */
async function derive(
  { imaging, blobs }: Ports,
  tenant: TenantId,
  image: ImageId,
  bytes: Uint8Array,
  { format, exif, raster }: SourcePicture,
): Promise<StatusChange> {
  const modelPicture = await imaging.modelPicture(raster);
  const thumbnails = THUMBNAIL_SIZES.map(async (size) => {
    // From the model picture where that is large enough: 256 of 512 pixels are as good as of 12 million.
    const source = size * 2 <= Math.max(modelPicture.width, modelPicture.height) ? modelPicture : raster;
    const { bytes: webp, ...measures } = await imaging.thumbnail(source, size);
    const key = objectKeys.thumbnail(tenant, image, size);
    await blobs.put(tenant, key, webp, 'image/webp');
    return { size, ...measures, key };
  });
  const stored = imaging
    .encodeModelPicture(modelPicture)
    .then((webp) => blobs.put(tenant, objectKeys.modelPicture(tenant, image), webp, 'image/webp'));
  const [perceptual] = await Promise.all([imaging.perceptualHash(modelPicture), stored, ...thumbnails]);
  return {
    format,
    width: raster.width,
    height: raster.height,
    file_size: bytes.length,
    hash_sha256: createHash('sha256').update(bytes).digest('hex'),
    hash_md5: createHash('md5').update(bytes).digest('hex'),
    hash_perceptual: perceptual,
    hash_pixels: imaging.pixelHash(raster),
    exif,
    thumbnails: await Promise.all(thumbnails),
  };
}

const sayValidated = ({ blobs, publisher }: Ports, record: ImageRecord): Promise<void> =>
  publisher.publish(record.tenant_id, [
    newEvent('images.validated', {
      tenant: record.tenant_id,
      subject: record.image_id,
      correlationId: record.correlation_id,
      time: record.validated_at ?? record.updated_at,
      data: validatedFields(record, blobs.bucket),
    }),
  ]);

/** What a purged picture must not leave behind. */
async function removeAll({ blobs }: Ports, tenant: TenantId, image: ImageId): Promise<void> {
  await blobs.remove(tenant, [
    objectKeys.upload(tenant, image),
    objectKeys.modelPicture(tenant, image),
    ...THUMBNAIL_SIZES.map((size) => objectKeys.thumbnail(tenant, image, size)),
  ]);
}

const timeOf = ({ now = () => new Date() }: Ports): string => now().toISOString();

/** S3's notification, as far as anybody reads it: sent to the validation queue, it starts the picture again. */
const notification = (bucket: string, { key, size }: Upload) => ({
  Records: [{ s3: { bucket: { name: bucket }, object: { key, size } } }],
});
