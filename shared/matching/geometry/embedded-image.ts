import type { Raster } from '#shared/imaging/raster.ts';
import type { Region } from '#shared/imaging/region.ts';
import { byteAt, intAt } from '#shared/matching/typed-arrays.ts';

/** Side of a block, in pixels. */
const BLOCK = 8;
/** The least share of a page that its background colour covers. */
const MIN_BACKGROUND_SHARE = 0.1;
/** The largest sum of the three channels' differences from the background colour. */
const SAME_COLOUR = 30;
/** An embedded image covers between these shares of the page: smaller is an icon, larger is the whole image. */
const MIN_SHARE = 0.04;
const MAX_SHARE = 0.8;

/**
 * Finds the image that a page shows: a photograph in a screenshot or on a slide. It is the largest connected area that is
 * not of the background colour. A few milliseconds at the size of a model image.
 * @returns undefined if the image is no page, or shows nothing of a plausible size
 */
export function findEmbeddedImage(image: Raster): Region | undefined {
  const background = backgroundColour(image);
  if (!background) return undefined;
  const blocks = foregroundBlocks(image, background);
  const area = trimmed(blocks, largestArea(blocks));
  const [width, height] = [area.right - area.left + 1, area.bottom - area.top + 1];
  const share = (width * height) / blocks.foreground.length;
  if (!(share >= MIN_SHARE && share <= MAX_SHARE)) return undefined; // NaN if the image is smaller than a block
  return {
    x: (area.left * BLOCK) / image.width,
    y: (area.top * BLOCK) / image.height,
    width: (width * BLOCK) / image.width,
    height: (height * BLOCK) / image.height,
  };
}

type Colour = readonly [number, number, number];

/** Returns the mean colour of the fullest histogram bin of 16 levels per channel. */
function backgroundColour({ width, height, data }: Raster): Colour | undefined {
  const counts = new Int32Array(4096);
  const bin = (pixel: number) =>
    ((byteAt(data, 3 * pixel) >> 4) << 8) |
    ((byteAt(data, 3 * pixel + 1) >> 4) << 4) |
    (byteAt(data, 3 * pixel + 2) >> 4);
  const pixels = width * height;
  for (let pixel = 0; pixel < pixels; pixel++) {
    const at = bin(pixel);
    counts[at] = intAt(counts, at) + 1;
  }
  const commonest = counts.indexOf(Math.max(...counts));
  const count = intAt(counts, commonest);
  if (count < MIN_BACKGROUND_SHARE * pixels) return undefined;
  const sum: [number, number, number] = [0, 0, 0];
  for (let pixel = 0; pixel < pixels; pixel++) {
    if (bin(pixel) !== commonest) continue;
    sum[0] += byteAt(data, 3 * pixel);
    sum[1] += byteAt(data, 3 * pixel + 1);
    sum[2] += byteAt(data, 3 * pixel + 2);
  }
  return [sum[0] / count, sum[1] / count, sum[2] / count];
}

interface Blocks {
  columns: number;
  rows: number;
  /** 1 if at least half of a block is not of the background colour. */
  foreground: Uint8Array;
}

function foregroundBlocks({ width, height, data }: Raster, [red, green, blue]: Colour): Blocks {
  const [columns, rows] = [Math.floor(width / BLOCK), Math.floor(height / BLOCK)];
  const foreground = new Uint8Array(columns * rows);
  for (let block = 0; block < foreground.length; block++) {
    const [left, top] = [(block % columns) * BLOCK, Math.floor(block / columns) * BLOCK];
    let count = 0;
    for (let y = top; y < top + BLOCK; y++)
      for (let pixel = y * width + left; pixel < y * width + left + BLOCK; pixel++) {
        const difference =
          Math.abs(byteAt(data, 3 * pixel) - red) +
          Math.abs(byteAt(data, 3 * pixel + 1) - green) +
          Math.abs(byteAt(data, 3 * pixel + 2) - blue);
        if (difference > SAME_COLOUR) count += 1;
      }
    foreground[block] = count >= (BLOCK * BLOCK) / 2 ? 1 : 0;
  }
  return { columns, rows, foreground };
}

/** In blocks, both ends included. */
interface Area {
  left: number;
  top: number;
  right: number;
  bottom: number;
}

function largestArea({ columns, rows, foreground }: Blocks): Area {
  const unvisited = new Uint8Array(foreground);
  let largest: Area & { size: number } = { left: 0, top: 0, right: -1, bottom: -1, size: 0 };
  for (let first = 0; first < foreground.length; first++) {
    if (!byteAt(unvisited, first)) continue;
    const area = { left: columns, top: rows, right: 0, bottom: 0, size: 0 };
    const stack = [first];
    unvisited[first] = 0;
    for (let block = stack.pop(); block !== undefined; block = stack.pop()) {
      const [x, y] = [block % columns, Math.floor(block / columns)];
      area.size += 1;
      area.left = Math.min(area.left, x);
      area.right = Math.max(area.right, x);
      area.top = Math.min(area.top, y);
      area.bottom = Math.max(area.bottom, y);
      const neighbours = [
        ...(x > 0 ? [block - 1] : []),
        ...(x < columns - 1 ? [block + 1] : []),
        ...(y > 0 ? [block - columns] : []),
        ...(y < rows - 1 ? [block + columns] : []),
      ].filter((each) => byteAt(unvisited, each));
      for (const each of neighbours) unvisited[each] = 0;
      stack.push(...neighbours);
    }
    if (area.size > largest.size) largest = area;
  }
  return largest;
}

/** Removes outer rows and columns that are mostly background, emptiest first: a line of text may touch the image. */
function trimmed({ columns, foreground }: Blocks, area: Area): Area {
  let { left, top, right, bottom } = area;
  const share = (fromX: number, toX: number, fromY: number, toY: number): number => {
    let count = 0;
    for (let y = fromY; y <= toY; y++)
      for (let x = fromX; x <= toX; x++) count += byteAt(foreground, y * columns + x);
    return count / ((toX - fromX + 1) * (toY - fromY + 1));
  };
  while (left < right && top < bottom) {
    const sides = [
      share(left, left, top, bottom),
      share(left, right, top, top),
      share(right, right, top, bottom),
      share(left, right, bottom, bottom),
    ];
    const emptiest = Math.min(...sides);
    if (emptiest >= 0.5) break;
    const side = sides.indexOf(emptiest);
    left += Number(side === 0);
    top += Number(side === 1);
    right -= Number(side === 2);
    bottom -= Number(side === 3);
  }
  return { left, top, right, bottom };
}
