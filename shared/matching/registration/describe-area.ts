import { type AreaColours, areaColours, type PairColours } from './area-colours.ts';
import { commonest, countLevel } from './brightness-levels.ts';
import type { Block } from './compare-blocks.ts';
import {
  addOutline,
  countSteps,
  explainedByShift,
  noSteps,
  stepExceededBy,
  type Tone,
} from './difference.ts';
import type { GreyImage } from './grey-image.ts';
import { transformOf } from './quad-transform.ts';
import type { RegisteredPair } from './registered-pair.ts';
import { type Overlay, overlay, roomFor } from './warp.ts';

/** A block that differs, and the variance of the difference. */
export interface DifferingBlock {
  block: Block;
  residual: number;
}

/** An area where two registered images differ: connected blocks. What it looks like tells a pasted overlay from other content. */
export interface Difference {
  /** In blocks. */
  size: number;
  /** The larger side of its bounding box, as a share of that side of the image: 1 for a banner. */
  span: number;
  /** Share of brightness levels that both images have in common there, 0..1: other text in the same ink has nearly 1. */
  common: number;
  /** Share of its bounding box that the area covers. */
  fill: number;
  /** The area in the image with more contrast there, and in the other. */
  sides: readonly [AreaSide, AreaSide];
  /** Share of the pixels that are the same in both, 0..1: between the letters of a caption, not within a pasted object. */
  unchanged: number;
  /** Difference of the two images' variance, as a share of both, 0..1: 1 if something is in one of them only. */
  oneSided: number;
  /** The changed pixels in the image where fewer levels of brightness cover them, and in the other: a sticker, and what it hides. */
  changed: readonly [ChangedSide, ChangedSide];
  /**
   * Mean step of brightness across the outline of what differs, 0..255, in the order of `changed`: an overlay has an edge there, and what it hides
   * goes on beyond it. So it tells a plain sticker before something from something before a plain wall.
   */
  outline: readonly [number, number];
  /** Standard deviation of the difference, 0..255, and its variance as a multiple of the median block's. */
  contrast: number;
  noiseRatio: number;
  /** The step of the difference from pixel to pixel that 5 % exceed, as a multiple of `contrast`: an overlay's edges are sharp. */
  sharpness: number;
  /** Share of the difference that shifts of single blocks explain, 0..1: much where the registration is a pixel off. */
  shifted: number;
  colours: AreaColours;
}

/** Describes an area in one of the images. */
export interface AreaSide {
  /** Standard deviation of brightness, 0..255. */
  deviation: number;
  /** Share that the two commonest of 32 levels of brightness cover, 0..1. */
  plain: number;
  /** Share of the variance that two levels explain (Otsu 1979), 0..1: .9 and more for print. */
  twoTone: number;
  /** Share of the pixels whose neighbours have the same brightness, 0..1: more in stickers than in photographs. */
  flat: number;
}

/** Describes the pixels of an area that differ, in one of the images. */
export interface ChangedSide {
  /** Share that the three commonest of 32 levels of brightness cover, 0..1. */
  plain: number;
  /** Share whose neighbours have the same brightness, 0..1. */
  flat: number;
  /** Share at a sharp edge, 0..1: an overlay has them, a spot on a radiograph has none. */
  steep: number;
  /** Share that is nearly black or white, 0..1: most letters over photographs are. */
  extreme: number;
}

/** Variance of brightness that noise alone may have. */
export const NOISE = 30;
const LEVELS = 32;
/** So near to black or white are the letters of captions, after compression. */
const EXTREME = 20;
/** Sum of both gradients below which a pixel equals its neighbours. */
const FLAT_GRADIENT = 6;
/** And from which there is a sharp edge: above the noise of photographs. */
const STEEP_GRADIENT = 60;
/** Brightness: pixels that differ by less, and twice the noise, are the same. */
const SAME = 8;
/** Variance that even lossless pairs have, after resampling. */
const RESAMPLING_NOISE = 4;

/** Describes an area of differing blocks. */
export function describeArea(
  { one, other, quad, grid: { side, columns, rows } }: RegisteredPair,
  area: readonly DifferingBlock[],
  { tone, noise, colours }: { tone: Tone; noise: number; colours: PairColours },
): Difference {
  const transform = transformOf(quad, one, other);
  const same = 2 * Math.sqrt(noise) + SAME;
  const [first, second] = [imageCounts(), imageCounts()];
  const [firstChanged, secondChanged] = [imageCounts(), imageCounts()];
  const room = roomFor({ width: side, height: side }, 1);
  const steps = noSteps();
  const outline = { count: 0, one: 0, other: 0 };
  let [pixels, unchanged, differing, explained] = [0, 0, 0, 0];
  for (const { block } of area) {
    const rect = { left: block.column * side, top: block.row * side, width: side, height: side };
    const points = overlay(one, other, transform, 1, room, rect);
    countSteps(steps, points, side, tone);
    addOutline(outline, points, side, tone, same);
    const shift = explainedByShift(points, one, transform, tone);
    differing += shift.differing;
    explained += shift.explained;
    for (let point = 0; point < points.count; point++) {
      const brightness = points.query[point] ?? 0;
      const otherBrightness = tone.gain * (points.stored[point] ?? 0) + tone.offset;
      const gradient = gradientAt(one, points, point);
      const otherGradient = Math.abs(points.dx[point] ?? 0) + Math.abs(points.dy[point] ?? 0);
      count(first, brightness, gradient);
      count(second, otherBrightness, otherGradient);
      if (Math.abs(brightness - otherBrightness) < same) {
        unchanged += 1;
        continue;
      }
      count(firstChanged, brightness, gradient);
      count(secondChanged, otherBrightness, otherGradient);
    }
    pixels += points.count;
  }
  const changedPixels = Math.max(1, pixels - unchanged);
  const [changedOne, changedOther] = [
    changedSide(firstChanged, changedPixels),
    changedSide(secondChanged, changedPixels),
  ];
  const isPlainer = changedOne.plain >= changedOther.plain;
  const [edgeOne, edgeOther] = [
    outline.one / Math.max(1, outline.count),
    outline.other / Math.max(1, outline.count),
  ];
  const [firstSide, secondSide] = [sideOf(first, pixels), sideOf(second, pixels)];
  const variance = sum(area, ({ block }) => block.variances[0]);
  const otherVariance = tone.gain ** 2 * sum(area, ({ block }) => block.variances[1]);
  const residual = sum(area, (each) => each.residual) / area.length;
  const [across, down] = [area.map(({ block }) => block.column), area.map(({ block }) => block.row)];
  return {
    size: area.length,
    span: Math.max(extent(across) / columns, extent(down) / rows),
    common:
      first.levels.reduce((all, value, level) => all + Math.min(value, second.levels[level] ?? 0), 0) /
      pixels,
    fill: area.length / (extent(across) * extent(down)),
    sides: firstSide.deviation >= secondSide.deviation ? [firstSide, secondSide] : [secondSide, firstSide],
    changed: isPlainer ? [changedOne, changedOther] : [changedOther, changedOne],
    outline: isPlainer ? [edgeOne, edgeOther] : [edgeOther, edgeOne],
    unchanged: unchanged / pixels,
    oneSided: Math.abs(variance - otherVariance) / (variance + otherVariance + NOISE),
    contrast: Math.sqrt(residual),
    sharpness: stepExceededBy(0.05, steps) / Math.sqrt(residual),
    shifted: differing > 0 ? explained / differing : 0,
    noiseRatio: residual / (noise + RESAMPLING_NOISE),
    colours: areaColours(
      colours,
      quad,
      area.map(({ block }) => block),
      { side, width: one.width, height: one.height },
      { tone, same },
    ),
  };
}

interface ImageCounts {
  /** Number of pixels at each level of brightness. */
  levels: Float64Array;
  flat: number;
  steep: number;
  extreme: number;
}

const imageCounts = (): ImageCounts => ({ levels: new Float64Array(LEVELS), flat: 0, steep: 0, extreme: 0 });

function count(counts: ImageCounts, brightness: number, gradient: number): void {
  countLevel(counts.levels, brightness);
  if (gradient < FLAT_GRADIENT) counts.flat += 1;
  if (gradient > STEEP_GRADIENT) counts.steep += 1;
  if (brightness < EXTREME || brightness > 255 - EXTREME) counts.extreme += 1;
}

function gradientAt({ width, data }: GreyImage, points: Overlay, point: number): number {
  const at = (points.y[point] ?? 0) * width + (points.x[point] ?? 0);
  const here = data[at] ?? 0;
  return Math.abs((data[at + 1] ?? here) - here) + Math.abs((data[at + width] ?? here) - here);
}

const sideOf = ({ levels, flat }: ImageCounts, pixels: number): AreaSide => ({
  deviation: deviationOf(levels),
  plain: commonest(levels, 2) / pixels,
  twoTone: twoToneShare(levels),
  flat: flat / pixels,
});

const changedSide = ({ levels, flat, steep, extreme }: ImageCounts, pixels: number): ChangedSide => ({
  plain: commonest(levels, 3) / pixels,
  flat: flat / pixels,
  steep: steep / pixels,
  extreme: extreme / pixels,
});

/** Moments of the levels, in levels. */
function momentsOf(levels: Float64Array) {
  const total = sum([...levels], (value) => value) || 1;
  const mean = levels.reduce((all, value, level) => all + value * level, 0) / total;
  const variance = levels.reduce((all, value, level) => all + value * (level - mean) ** 2, 0) / total;
  return { total, mean, variance };
}

/** Returns the standard deviation of brightness, 0..255. */
const deviationOf = (levels: Float64Array): number => (Math.sqrt(momentsOf(levels).variance) * 256) / LEVELS;

/** Returns the largest share of the variance that lies between two classes of levels. */
function twoToneShare(levels: Float64Array): number {
  const { total, mean, variance } = momentsOf(levels);
  let [best, below, sumBelow] = [0, 0, 0];
  for (const [level, value] of levels.entries()) {
    below += value;
    sumBelow += value * level;
    if (below === 0 || below === total) continue;
    best = Math.max(best, (mean * below - sumBelow) ** 2 / (below * (total - below)));
  }
  return variance === 0 ? 0 : best / variance;
}

const extent = (positions: readonly number[]): number => Math.max(...positions) - Math.min(...positions) + 1;
export const sum = <Item>(items: readonly Item[], value: (item: Item) => number): number =>
  items.reduce((total, item) => total + value(item), 0);
