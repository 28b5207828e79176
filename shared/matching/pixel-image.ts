import type { Raster, Size } from '#shared/imaging/raster.ts';
import { type Pyramid, pyramidOf } from '#shared/matching/registration/register-images.ts';
import type { Quad } from './geometry/alignment.ts';
import { shownRegions } from './geometry/shown-regions.ts';
import { type ChromaPlanes, chromaOf } from './registration/chroma.ts';

/** An image whose pixels are compared. */
export interface PixelImage extends Size {
  /** Of all pixels of the original: the order of a pair. */
  pixelHash: string;
  pyramid: Pyramid;
  chroma: ChromaPlanes;
  /** Where it shows other images: its embedded image, or the parts of a collage. Computed on first use. */
  regions: () => readonly Quad[];
}

/** @param original its size and hash
 * @param pixels its model image */
export function pixelImage(
  { pixelHash, width, height }: Size & { pixelHash: string },
  pixels: Raster,
): PixelImage {
  let regions: readonly Quad[] | undefined;
  return {
    ...{ pixelHash, width, height },
    pyramid: pyramidOf(pixels),
    chroma: chromaOf(pixels),
    regions: () => {
      regions ??= shownRegions(pixels).map(({ x, y, width: across, height: down }) => [
        { x, y },
        { x: x + across, y },
        { x: x + across, y: y + down },
        { x, y: y + down },
      ]);
      return regions;
    },
  };
}
