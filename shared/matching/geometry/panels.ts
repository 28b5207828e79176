import type { Raster } from '#shared/imaging/raster.ts';
import type { Region } from '#shared/imaging/region.ts';
import { byteAt } from '#shared/matching/typed-arrays.ts';

/** The least side of a panel, as a share of the image's. */
const MIN_SIDE = 0.2;
const MAX_PANELS = 9;
/** Every third pixel along a line is enough. */
const SAMPLING = 3;
/** Sum of the channels' differences of two neighbouring pixels from which they belong to different images. */
const STEP = 24;
/** The least share of a line across the image along which neighbours differ: edges within a photograph are shorter. */
const MIN_SEAM = 0.75;
/** A seam has to stand out from the lines beside it: texture differs everywhere. */
const MIN_CONTRAST = 3;

/** In pixels. */
interface Rect {
  left: number;
  top: number;
  right: number;
  bottom: number;
}

/**
 * Finds the parts of a collage: cuts the image along straight seams that run from side to side, then its parts. About a
 * millisecond at the size of a model image.
 * @returns none if there is no seam
 */
export function findPanels(image: Raster): readonly Region[] {
  const panels: Rect[] = [];
  const open: Rect[] = [{ left: 0, top: 0, right: image.width, bottom: image.height }];
  for (let rect = open.pop(); rect; rect = open.pop()) {
    const parts = open.length + panels.length < MAX_PANELS ? cut(image, rect) : undefined;
    if (parts) open.push(...parts);
    else panels.push(rect);
  }
  if (panels.length < 2 || panels.length > MAX_PANELS) return [];
  return panels.map(({ left, top, right, bottom }) => ({
    x: left / image.width,
    y: top / image.height,
    width: (right - left) / image.width,
    height: (bottom - top) / image.height,
  }));
}

/** Cuts at the strongest seam, across or down; undefined if there is none. */
function cut(image: Raster, rect: Rect): [Rect, Rect] | undefined {
  const down = strongestSeam(image, rect, true);
  const across = strongestSeam(image, rect, false);
  if (down && (!across || down.strength >= across.strength))
    return [
      { ...rect, right: down.at },
      { ...rect, left: down.at },
    ];
  return (
    across && [
      { ...rect, bottom: across.at },
      { ...rect, top: across.at },
    ]
  );
}

interface Seam {
  /** The first column or row behind it. */
  at: number;
  strength: number;
}

function strongestSeam(image: Raster, rect: Rect, isColumn: boolean): Seam | undefined {
  const [from, to] = isColumn ? [rect.left, rect.right] : [rect.top, rect.bottom];
  const margin = Math.round(MIN_SIDE * (isColumn ? image.width : image.height));
  const strengths = new Float64Array(Math.max(0, to - from));
  for (let at = from + 1; at < to; at++) strengths[at - from] = seamStrength(image, rect, at, isColumn);
  let best: Seam | undefined;
  for (let at = from + margin; at <= to - margin; at++) {
    const strength = strengths[at - from] ?? 0;
    if (strength < MIN_SEAM || strength <= (best?.strength ?? 0)) continue;
    const beside = [-6, -5, -4, 4, 5, 6].map((offset) => strengths[at - from + offset] ?? 0);
    const usual = beside.reduce((sum, value) => sum + value, 0) / beside.length;
    if (strength >= MIN_CONTRAST * usual) best = { at, strength };
  }
  return best;
}

/** Returns the share of a column's (row's) pixels that differ from their neighbour before it. */
function seamStrength({ width, data }: Raster, rect: Rect, at: number, isColumn: boolean): number {
  const [from, to] = isColumn ? [rect.top, rect.bottom] : [rect.left, rect.right];
  const neighbour = 3 * (isColumn ? 1 : width);
  let differing = 0;
  for (let along = from; along < to; along += SAMPLING) {
    const pixel = 3 * (isColumn ? along * width + at : at * width + along);
    const difference =
      Math.abs(byteAt(data, pixel) - byteAt(data, pixel - neighbour)) +
      Math.abs(byteAt(data, pixel + 1) - byteAt(data, pixel + 1 - neighbour)) +
      Math.abs(byteAt(data, pixel + 2) - byteAt(data, pixel + 2 - neighbour));
    if (difference > STEP) differing += 1;
  }
  return (differing * SAMPLING) / (to - from);
}
