import type { Raster, Size } from '#shared/imaging/raster.ts';
import { type Keypoints, keypointsOf } from '#shared/matching/keypoints/keypoints.ts';
import { type GreyImage, greyOf, longerSide, shrunk, shrunkGrey } from './grey-image.ts';

/** An image at the scales of a registration: longer sides of at most 64, 128, 256 and 512 pixels. */
export interface Pyramid {
  /** The size of the finest. */
  size: Size;
  coarsest: GreyImage;
  coarse: GreyImage;
  fine: GreyImage;
  /** Computed on first use: most pairs are rejected before. */
  full: () => GreyImage;
  /** Finds those of the finest, on first use. */
  keypoints: () => Keypoints;
}

export function pyramidOf(pixels: Raster): Pyramid {
  const fine = shrunkGrey(pixels, 256);
  const coarse = shrunk(fine, 128);
  let [full, keypoints]: [GreyImage?, Keypoints?] = [];
  const finest = (): GreyImage => {
    full ??= longerSide(pixels) > 256 ? greyOf(pixels) : fine;
    return full;
  };
  return {
    size: { width: pixels.width, height: pixels.height },
    ...{ fine, coarse, coarsest: shrunk(coarse, 64) },
    full: finest,
    keypoints: () => {
      keypoints ??= keypointsOf(finest());
      return keypoints;
    },
  };
}
