import type { Embedding } from '#shared/embedding/embedder.ts';
import type { ModelManifest } from '#shared/embedding/manifest.ts';
import type { IndexedRecord } from '#shared/images/indexed-image.ts';
import type { Raster, Size } from '#shared/imaging/raster.ts';
import type { ImageId } from '#shared/kernel/ids.ts';
import type { LocalDescriptors } from '#shared/matching/geometry/descriptor-matches.ts';

/** The image that a search starts from. */
export interface QueryImage {
  /** Id of a stored image, which is excluded from its own results. */
  imageId?: ImageId;
  /** Absent if only a part of the file is searched for. */
  sha256?: string;
  /** The hash of all pixels: see `Imaging.pixelHash`. */
  pixelHash: string;
  perceptualHash: string;
  width: number;
  height: number;
  embedding: Embedding;
  /** Loads its pixels for verification; undefined if they are not stored. */
  modelImage?: () => Promise<Raster | undefined>;
}

/** Makes a query of a stored image and its stored vectors. */
export const storedQueryImage = (
  record: IndexedRecord,
  embedding: Embedding,
  modelImage: () => Promise<Raster | undefined>,
): QueryImage => ({
  imageId: record.image_id,
  sha256: record.hash_sha256,
  pixelHash: record.hash_pixels,
  perceptualHash: record.hash_perceptual,
  width: record.width,
  height: record.height,
  embedding,
  modelImage,
});

/** Returns an embedding's local descriptors as a grid; undefined if the model computes none, or a grid of another size. */
export function localDescriptors(
  manifest: ModelManifest,
  { local }: Embedding,
  { width, height }: Size,
): LocalDescriptors | undefined {
  const output = manifest.outputs.find(({ use }) => use === 'verification');
  if (!local || output?.use !== 'verification') return undefined;
  const [rows, columns] = output.grid;
  if (local.length !== rows * columns * output.dimension) return undefined;
  return { rows, columns, dimension: output.dimension, values: local, width, height };
}

/** Returns the inner product: the cosine of two vectors of unit length. */
export function cosine(one: Float32Array, other: Float32Array): number {
  let sum = 0;
  for (const [index, value] of one.entries()) sum += value * (other[index] ?? 0);
  return sum;
}
