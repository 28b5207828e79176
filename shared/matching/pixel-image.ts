import type { Raster, Size } from '#shared/imaging/raster.ts';
import type { Region } from '#shared/imaging/region.ts';
import { type Pyramid, pyramidOf } from '#shared/matching/registration/pyramid.ts';
import type { Quad } from './geometry/alignment.ts';
import { cropOf, rectOf, regionOf } from './geometry/pixel-rect.ts';
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
  regions: () => readonly ShownRegion[];
}

/** A part of an image that shows another one. */
export interface ShownRegion {
  /** Upright. */
  quad: Quad;
  /** The part as an image of its own. Computed on first use. */
  image: () => PixelImage;
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
  let [colours, regions]: [ColourPlanes?, (readonly ShownRegion[])?] = [];
  return {
    ...{ pixelHash, width, height },
    pyramid,
    colours: () => {
      colours ??= coloursOf(pixels, pyramid.fine);
      return colours;
    },
    regions: () => {
      regions ??= shownRegions(pixels).map((region) =>
        shownRegion({ pixelHash, width, height }, pixels, region),
      );
      return regions;
    },
  };
}

/** In pixels of the model image: where scaling has mixed a part with what is around it. */
const BLURRED = 2;

function shownRegion(original: Size & { pixelHash: string }, pixels: Raster, region: Region): ShownRegion {
  const { left, top, right, bottom } = rectOf(region, pixels);
  const rect = { left: left + BLURRED, top: top + BLURRED, right: right - BLURRED, bottom: bottom - BLURRED };
  const { x, y, width, height } = regionOf(rect, pixels);
  let image: PixelImage | undefined;
  return {
    quad: uprightQuad(x, y, x + width, y + height),
    image: () => {
      const size = { width: width * original.width, height: height * original.height };
      image ??= pixelImage({ ...original, ...size }, cropOf(pixels, rect));
      return image;
    },
  };
}
