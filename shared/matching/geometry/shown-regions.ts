import type { Raster } from '#shared/imaging/raster.ts';
import type { Region } from '#shared/imaging/region.ts';
import { findEmbeddedImage } from './embedded-image.ts';
import { findPanels } from './panels.ts';
import { findPastedImage } from './pasted-image.ts';

const known = new WeakMap<Raster, readonly Region[]>();

/**
 * Finds the images that an image shows: the parts of a collage, or else the photograph in a screenshot, on a slide or pasted into another one. A few
 * milliseconds; once for the same raster.
 */
export function shownRegions(image: Raster): readonly Region[] {
  const regions = known.get(image) ?? findRegions(image);
  known.set(image, regions);
  return regions;
}

function findRegions(image: Raster): readonly Region[] {
  const panels = findPanels(image);
  if (panels.length > 0) return panels;
  const embedded = findEmbeddedImage(image) ?? findPastedImage(image);
  return embedded ? [embedded] : [];
}
