import { createHash } from 'node:crypto';
import type { Blobs } from '#shared/blobs/blobs.ts';
import { objectKeys } from '#shared/blobs/object-keys.ts';
import type { Imaging, ReadImage } from '#shared/imaging/imaging.ts';
import type { ImageId, TenantId } from '#shared/kernel/ids.ts';
import { Problem } from '#shared/kernel/problems.ts';
import type { ImageFacts, ImageRecord } from './image-record.ts';

interface Ports {
  blobs: Pick<Blobs, 'get' | 'put' | 'create'>;
  imaging: Imaging;
}

type Facts = ImageFacts & Pick<ImageRecord, 'file_size'>;

/**
 * Checks the file that was uploaded, accepts it as the image's, and writes its derivatives. The first delivery to accept a
 * file decides: any other continues with that file, so that record, file and derivatives agree
 * (docs/adr/0033-a-file-is-accepted-once.md). No stranger's bytes are decoded between acceptance and admission.
 */
export async function acceptFile(
  ports: Ports,
  record: ImageRecord,
  sizes: readonly number[],
): Promise<Facts> {
  const { blobs, imaging } = ports;
  const { tenant_id: tenant, image_id: image, content_type } = record;
  const key = objectKeys.upload(tenant, image);
  const accepted = await blobs.get(tenant, key);
  const bytes = accepted ?? (await fetchIncoming(ports, tenant, image));
  const read = await imaging.read(bytes, { declaredType: content_type, thumbnailSizes: sizes });
  const { facts, derivatives } = await derive(ports, tenant, image, bytes, read);
  if (!accepted && !(await blobs.create(tenant, key, bytes, content_type)))
    return acceptFile(ports, record, sizes);
  await Promise.all(derivatives.map((each) => blobs.put(tenant, each.key, each.bytes, each.contentType)));
  return facts;
}

async function fetchIncoming({ blobs }: Ports, tenant: TenantId, image: ImageId): Promise<Uint8Array> {
  const bytes = await blobs.get(tenant, objectKeys.incoming(tenant, image));
  if (!bytes) throw new Problem('dependency_unavailable', 'The uploaded file is not in the store (yet).');
  return bytes;
}

interface Derivative {
  key: string;
  bytes: Uint8Array;
  contentType: string;
}

/** Returns the facts, and the thumbnails and the model image to store. */
async function derive(
  { imaging }: Ports,
  tenant: TenantId,
  image: ImageId,
  bytes: Uint8Array,
  {
    format,
    exif,
    frames,
    pages,
    warnings,
    width,
    height,
    modelImage,
    pixelHash,
    thumbnails: derived,
  }: ReadImage,
): Promise<{ facts: Facts; derivatives: Derivative[] }> {
  const keyOf = (size: number) => objectKeys.thumbnail(tenant, image, size);
  const [perceptual, png] = await Promise.all([
    imaging.perceptualHash(modelImage),
    imaging.encodeModelImage(modelImage),
  ]);
  return {
    facts: {
      format,
      width,
      height,
      file_size: bytes.length,
      hash_sha256: createHash('sha256').update(bytes).digest('hex'),
      hash_md5: createHash('md5').update(bytes).digest('hex'),
      hash_perceptual: perceptual,
      hash_pixels: pixelHash,
      exif,
      ...(frames !== undefined && { frames }),
      ...(pages !== undefined && { pages }),
      warnings: [...warnings],
      thumbnails: derived.map(({ bytes: _, ...measures }) => ({ ...measures, key: keyOf(measures.size) })),
    },
    derivatives: [
      { key: objectKeys.modelImage(tenant, image), bytes: png, contentType: 'image/png' },
      ...derived.map(({ size, bytes: webp }) => ({
        key: keyOf(size),
        bytes: webp,
        contentType: 'image/webp',
      })),
    ],
  };
}
