import type { ImagePart, ReadImage, ReadOptions, Thumbnail } from './imaging.ts';
import { pixelHashOf } from './pixel-hash.ts';
import type { Raster } from './raster.ts';
import { decodeImage } from './sharp-decode.ts';
import { crop, toRaster, within } from './sharp-raster.ts';

/** The side of the model image: twice that of the default model's input, so that a crop has detail left. */
export const MODEL_SIDE = 512;
const THUMBNAIL_WEBP = { quality: 80, effort: 2 };

/** The parts of an image that a reading process returns: all but its pixels. */
export type DerivedPart = Omit<ImagePart, 'part'>;
export type DerivedImage = Omit<ReadImage, 'part'>;

export const modelImageOf = (raster: Raster): Promise<Raster> => toRaster(within(raster, MODEL_SIDE));

export async function derivePart(raster: Raster): Promise<DerivedPart> {
  const resized = modelImageOf(raster); // on another thread, while this one hashes
  const pixelHash = pixelHashOf(raster);
  return { width: raster.width, height: raster.height, modelImage: await resized, pixelHash };
}

/** Reads an image, and returns its pixels beside what is derived from them. */
export async function deriveImage(
  bytes: Uint8Array,
  { declaredType, thumbnailSizes = [] }: ReadOptions = {},
): Promise<{ image: DerivedImage; raster: Raster }> {
  const { raster, ...read } = await decodeImage(bytes, declaredType);
  const part = await derivePart(raster);
  const thumbnails = await Promise.all(
    thumbnailSizes.map((size) => thumbnailOf(raster, part.modelImage, size)),
  );
  return { image: { ...part, ...read, thumbnails }, raster };
}

export async function openRaster(raster: Raster): Promise<ImagePart> {
  return withParts(await derivePart(raster), raster);
}

export async function readInProcess(bytes: Uint8Array, options?: ReadOptions): Promise<ReadImage> {
  const { image, raster } = await deriveImage(bytes, options);
  return withParts(image, raster);
}

const withParts = <Part extends DerivedPart>(part: Part, raster: Raster): Part & Pick<ImagePart, 'part'> => ({
  ...part,
  part: async (region) => openRaster(await crop(raster, region)),
});

/** Reduces the model image where that is large enough: 256 of 512 pixels are as good as of 12 million. */
async function thumbnailOf(raster: Raster, modelImage: Raster, size: number): Promise<Thumbnail> {
  const source = size * 2 <= Math.max(modelImage.width, modelImage.height) ? modelImage : raster;
  const { data, info } = await within(source, size)
    .webp(THUMBNAIL_WEBP)
    .toBuffer({ resolveWithObject: true });
  return { size, bytes: data, width: info.width, height: info.height };
}
