import type { Raster, Size } from '#shared/imaging/raster.ts';
import { type Pyramid, pyramidOf } from '#shared/matching/registration/register-images.ts';
import type { Quad } from './geometry/alignment.ts';
import { shownRegions } from './geometry/shown-regions.ts';
import { type ColourPlanes, coloursOf } from './registration/area-colours.ts';
import { uprightQuad } from './registration/quad-transform.ts';

/** An image whose pixels are compared. */
export interface PixelImage extends Size {
  /** The hash of all pixels of the original, which orders a pair. */
  pixelHash: string;
  pyramid: Pyramid;
  /** Computed on first use: where pairs differ, and for copies. */
  colours: () => ColourPlanes;
  /** Finds where it shows other images: its embedded image, or the parts of a collage. */
  regions: () => readonly Quad[];
}

/**
 * @param original its size and hash
 * @param pixels its model image
 */
export function pixelImage(
  { pixelHash, width, height }: Size & { pixelHash: string },
  pixels: Raster,
): PixelImage {
  const pyramid = pyramidOf(pixels);
  let colours: ColourPlanes | undefined;
  return {
    ...{ pixelHash, width, height },
    pyramid,
    colours: () => {
      colours ??= coloursOf(pixels, pyramid.fine);
      return colours;
    },
    regions: () =>
      shownRegions(pixels).map(({ x, y, ...size }) => uprightQuad(x, y, x + size.width, y + size.height)),
  };
}
