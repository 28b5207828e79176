import type { Embedding } from '#shared/embedding/embedder.ts';
import type { ModelManifest } from '#shared/embedding/manifest.ts';
import type { IndexedRecord } from '#shared/images/indexed-image.ts';
import type { Raster } from '#shared/imaging/raster.ts';
import type { ImageId } from '#shared/kernel/ids.ts';
import type { PictureCells } from '#shared/matching/geometry/descriptor-matches.ts';

/** A picture to find others by. */
export interface Probe {
  /** Where it is one of the tenant's own: it is not among its own neighbours. */
  imageId?: ImageId;
  /** Absent where only a part of the file is looked for. */
  sha256?: string;
  /** Costs a pass over the pixels: asked only where all else is equal. */
  pixelHash: () => string;
  perceptualHash: string;
  width: number;
  height: number;
  embedding: Embedding;
  /** Its pixels, as models read them; asked only where vectors cannot tell pictures apart. */
  picture?: () => Promise<Raster | undefined>;
}

/** A picture that is in the catalog already, by its stored vectors. */
export const storedProbe = (
  record: IndexedRecord,
  embedding: Embedding,
  picture: () => Promise<Raster | undefined>,
): Probe => ({
  imageId: record.image_id,
  sha256: record.hash_sha256,
  pixelHash: () => record.hash_pixels,
  perceptualHash: record.hash_perceptual,
  width: record.width,
  height: record.height,
  embedding,
  picture,
});

/** The descriptors of a picture as a grid of cells; undefined where the model gives none. */
export function cellsOf(
  manifest: ModelManifest,
  { local }: Embedding,
  { width, height }: { width: number; height: number },
): PictureCells | undefined {
  const output = manifest.outputs.find(({ use }) => use === 'verification');
  if (!local || output?.use !== 'verification') return undefined;
  const [rows, columns] = output.grid;
  if (local.length !== rows * columns * output.dimension) return undefined;
  return { rows, columns, dimension: output.dimension, descriptors: local, width, height };
}

/** Of two vectors of unit length. */
export function cosine(one: Float32Array, other: Float32Array): number {
  let sum = 0;
  for (const [index, value] of one.entries()) sum += value * (other[index] ?? 0);
  return sum;
}
