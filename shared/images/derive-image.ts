import { createHash } from 'node:crypto';
import type { Blobs } from '#shared/blobs/blobs.ts';
import { objectKeys } from '#shared/blobs/object-keys.ts';
import type { Imaging } from '#shared/imaging/imaging.ts';
import type { ImageId, TenantId } from '#shared/kernel/ids.ts';
import type { ImageFacts, ImageRecord } from './image-record.ts';

type Facts = ImageFacts & Pick<ImageRecord, 'file_size'>;

/** An object that is made of an image: a thumbnail or the model image. */
interface Derivative {
  key: string;
  bytes: Uint8Array;
  contentType: string;
}

/** The file of an image, and what is known of it. */
export interface ImageFile {
  bytes: Uint8Array;
  sha256: string;
  /** `application/octet-stream` where nobody declared a type. */
  declaredType: string;
  /** Sizes of the thumbnails, in pixels. */
  sizes: readonly number[];
}

/**
 * Reads the file of an image.
 * @returns the facts, and the thumbnails and the model image to store
 * @throws Problem if it is none that is accepted
 */
export async function deriveImage(
  imaging: Pick<Imaging, 'read' | 'perceptualHash' | 'encodeModelImage'>,
  tenant: TenantId,
  image: ImageId,
  { bytes, sha256, declaredType, sizes }: ImageFile,
): Promise<{ facts: Facts; derivatives: Derivative[] }> {
  const read = await imaging.read(bytes, { declaredType, thumbnailSizes: sizes });
  const { format, exif, frames, pages, warnings, width, height, modelImage, pixelHash } = read;
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
      hash_sha256: sha256,
      hash_md5: createHash('md5').update(bytes).digest('hex'),
      hash_perceptual: perceptual,
      hash_pixels: pixelHash,
      exif,
      ...(frames !== undefined && { frames }),
      ...(pages !== undefined && { pages }),
      warnings: [...warnings],
      thumbnails: read.thumbnails.map(({ bytes: _, ...measures }) => ({
        ...measures,
        key: keyOf(measures.size),
      })),
    },
    derivatives: [
      { key: objectKeys.modelImage(tenant, image), bytes: png, contentType: 'image/png' },
      ...read.thumbnails.map(({ size, bytes: webp }) => ({
        key: keyOf(size),
        bytes: webp,
        contentType: 'image/webp',
      })),
    ],
  };
}

export const sha256Of = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

export async function storeDerivatives(
  blobs: Pick<Blobs, 'put'>,
  tenant: TenantId,
  derivatives: readonly Derivative[],
): Promise<void> {
  await Promise.all(derivatives.map((each) => blobs.put(tenant, each.key, each.bytes, each.contentType)));
}
