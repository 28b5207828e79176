import type { Raster } from '#shared/imaging/raster.ts';
import type { Quad } from '#shared/matching/geometry/alignment.ts';
import { floatAt } from '#shared/matching/typed-arrays.ts';
import type { Block } from './compare-blocks.ts';
import type { Tone } from './difference.ts';
import { type GreyImage, longerSide, shrunkGrey } from './grey-image.ts';
import { transformOf } from './quad-transform.ts';
import { overlay, roomFor } from './warp.ts';

/** Brightness and the colour-difference channels of an image, at 256 pixels: most JPEGs store colour at half their resolution. */
export type ColourPlanes = readonly [brightness: GreyImage, blue: GreyImage, red: GreyImage];

/** Weights of red, green and blue: Cb and Cr of ITU-R BT.601, without the offset. */
const CB = [-0.169, -0.331, 0.5] as const;
const CR = [0.5, -0.419, -0.081] as const;

/** @param brightness of the same pixels, at 256 pixels */
export const coloursOf = (pixels: Raster, brightness: GreyImage): ColourPlanes => [
  brightness,
  shrunkGrey(pixels, longerSide(brightness), CB),
  shrunkGrey(pixels, longerSide(brightness), CR),
];

/** The colours of two images, computed on first use: most pairs have no area that differs. */
export interface PairColours {
  one: () => ColourPlanes;
  other: () => ColourPlanes;
}

/** The colours of the pixels of an area that differ. */
export interface AreaColours {
  /** In the image where fewer colours cover them, and in the other. */
  sides: readonly [ColourSide, ColourSide];
  /** Mean difference of Cb and Cr, added, 0..256. */
  distance: number;
}

interface ColourSide {
  /** Share that the three commonest of 2 048 colours cover, 0..1: a sticker has few. */
  uniform: number;
  /** Mean of |Cb| + |Cr|, 0..256: 0 for grey. */
  vivid: number;
}

/** Levels of Cb and Cr, added: JPEG's noise stays below it. */
const SAME_COLOUR = 20;

/** @param side of a block, in pixels of an image with `columns` whole blocks in a row */
export function areaColours(
  { one, other }: PairColours,
  quad: Quad,
  blocks: readonly Block[],
  { side, width, height }: { side: number; width: number; height: number },
  { tone, same }: { tone: Tone; same: number },
): AreaColours {
  const [query, stored] = [one(), other()];
  const [{ width: across, height: down }] = query;
  const transform = transformOf(quad, query[0], stored[0]);
  const sides = [new Colours(), new Colours()] as const;
  const most = {
    width: Math.ceil((side * across) / width) + 1,
    height: Math.ceil((side * down) / height) + 1,
  };
  const rooms = query.map(() => roomFor(most, 1));
  let [changed, distance] = [0, 0];
  for (const block of blocks) {
    const [left, top] = [(block.column * side * across) / width, (block.row * side * down) / height];
    const rect = {
      left: Math.floor(left),
      top: Math.floor(top),
      width: Math.min(across, Math.ceil(left + (side * across) / width)) - Math.floor(left),
      height: Math.min(down, Math.ceil(top + (side * down) / height)) - Math.floor(top),
    };
    const [brightness, blue, red] = [0, 1, 2].map((plane) => {
      const [from, to] = [query[plane] ?? query[0], stored[plane] ?? stored[0]];
      return overlay(from, to, transform, 1, rooms[plane], rect);
    });
    if (!brightness || !blue || !red) break;
    for (let point = 0; point < brightness.count; point++) {
      const light = floatAt(brightness.query, point);
      const otherLight = tone.gain * floatAt(brightness.stored, point) + tone.offset;
      const apart =
        Math.abs(floatAt(blue.query, point) - floatAt(blue.stored, point)) +
        Math.abs(floatAt(red.query, point) - floatAt(red.stored, point));
      if (Math.abs(light - otherLight) < same && apart < SAME_COLOUR) continue;
      changed += 1;
      distance += apart;
      sides[0].count(light, floatAt(blue.query, point), floatAt(red.query, point));
      sides[1].count(otherLight, floatAt(blue.stored, point), floatAt(red.stored, point));
    }
  }
  const [first, second] = [sides[0].described(), sides[1].described()];
  return {
    sides: first.uniform >= second.uniform ? [first, second] : [second, first],
    distance: distance / Math.max(1, changed),
  };
}

/** Counts pixels by colour: 8 levels of brightness, and 16 each of Cb and Cr. */
class Colours {
  readonly #counts = new Map<number, number>();
  #pixels = 0;
  #vivid = 0;

  count(brightness: number, blue: number, red: number): void {
    const key = level(brightness, 8) * 256 + level(blue + 128, 16) * 16 + level(red + 128, 16);
    this.#counts.set(key, (this.#counts.get(key) ?? 0) + 1);
    this.#pixels += 1;
    this.#vivid += Math.abs(blue) + Math.abs(red);
  }

  described(): ColourSide {
    const commonest = [...this.#counts.values()].sort((one, other) => other - one).slice(0, 3);
    const pixels = Math.max(1, this.#pixels);
    return {
      uniform: commonest.reduce((sum, count) => sum + count, 0) / pixels,
      vivid: this.#vivid / pixels,
    };
  }
}

const level = (value: number, levels: number): number =>
  Math.max(0, Math.min(levels - 1, Math.floor((value * levels) / 256)));
