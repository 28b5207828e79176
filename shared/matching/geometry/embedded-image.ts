import type { Raster } from '#shared/imaging/raster.ts';
import type { Region } from '#shared/imaging/region.ts';
import { byteAt, doubleAt } from '#shared/matching/typed-arrays.ts';

/** Raster a side of the blocks that a picture is divided into. */
const BLOCK = 8;
/** A page has one colour over at least this share of it. */
const PAGE_SHARE = 0.1;
/** Sum of the three channels' differences up to which a pixel is of the page's colour. */
const SAME_COLOUR = 30;
/** What is shown takes between these shares of the page: smaller is an icon, larger is the picture itself. */
const MIN_SHARE = 0.04;
const MAX_SHARE = 0.8;

/**
 * The picture that is shown within a picture: a photograph in a screenshot, on a slide, on a page. It is the largest
 * connected area that is not of the page's own colour. A few milliseconds at the size that models read.
 * @returns undefined where there is no page around anything
 */
export function insetOf(picture: Raster): Region | undefined {
  const page = pageColour(picture);
  if (!page) return undefined;
  const blocks = busyBlocks(picture, page);
  const area = trimmed(blocks, largestArea(blocks));
  const [width, height] = [area.right - area.left + 1, area.bottom - area.top + 1];
  const share = (width * height) / blocks.busy.length;
  if (!(share >= MIN_SHARE && share <= MAX_SHARE)) return undefined; // also where there is no whole block
  return {
    x: (area.left * BLOCK) / picture.width,
    y: (area.top * BLOCK) / picture.height,
    width: (width * BLOCK) / picture.width,
    height: (height * BLOCK) / picture.height,
  };
}

type Colour = readonly [number, number, number];

/** The commonest colour, in steps of 16 levels a channel. */
function pageColour({ width, height, data }: Raster): Colour | undefined {
  const counts = new Float64Array(4096);
  const bin = (pixel: number) =>
    ((byteAt(data, 3 * pixel) >> 4) << 8) |
    ((byteAt(data, 3 * pixel + 1) >> 4) << 4) |
    (byteAt(data, 3 * pixel + 2) >> 4);
  const pixels = width * height;
  for (let pixel = 0; pixel < pixels; pixel++) counts[bin(pixel)] = doubleAt(counts, bin(pixel)) + 1;
  const commonest = counts.indexOf(Math.max(...counts));
  const count = doubleAt(counts, commonest);
  if (count < PAGE_SHARE * pixels) return undefined;
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
  /** 1 where at least half of a block is not of the page's colour. */
  busy: Uint8Array;
}

function busyBlocks({ width, height, data }: Raster, [red, green, blue]: Colour): Blocks {
  const [columns, rows] = [Math.floor(width / BLOCK), Math.floor(height / BLOCK)];
  const busy = new Uint8Array(columns * rows);
  for (let block = 0; block < busy.length; block++) {
    const [left, top] = [(block % columns) * BLOCK, Math.floor(block / columns) * BLOCK];
    let others = 0;
    for (let y = top; y < top + BLOCK; y++)
      for (let pixel = y * width + left; pixel < y * width + left + BLOCK; pixel++) {
        const difference =
          Math.abs(byteAt(data, 3 * pixel) - red) +
          Math.abs(byteAt(data, 3 * pixel + 1) - green) +
          Math.abs(byteAt(data, 3 * pixel + 2) - blue);
        if (difference > SAME_COLOUR) others += 1;
      }
    busy[block] = others >= (BLOCK * BLOCK) / 2 ? 1 : 0;
  }
  return { columns, rows, busy };
}

/** In blocks, both ends included. */
interface Area {
  left: number;
  top: number;
  right: number;
  bottom: number;
}

function largestArea({ columns, rows, busy }: Blocks): Area {
  const seen = new Uint8Array(busy);
  let largest: Area & { size: number } = { left: 0, top: 0, right: -1, bottom: -1, size: 0 };
  for (let first = 0; first < busy.length; first++) {
    if (!byteAt(seen, first)) continue;
    const area = { left: columns, top: rows, right: 0, bottom: 0, size: 0 };
    const open = [first];
    seen[first] = 0;
    for (let block = open.pop(); block !== undefined; block = open.pop()) {
      const [x, y] = [block % columns, Math.floor(block / columns)];
      area.size += 1;
      area.left = Math.min(area.left, x);
      area.right = Math.max(area.right, x);
      area.top = Math.min(area.top, y);
      area.bottom = Math.max(area.bottom, y);
      const beside = [
        ...(x > 0 ? [block - 1] : []),
        ...(x < columns - 1 ? [block + 1] : []),
        ...(y > 0 ? [block - columns] : []),
        ...(y < rows - 1 ? [block + columns] : []),
      ].filter((each) => byteAt(seen, each));
      for (const each of beside) seen[each] = 0;
      open.push(...beside);
    }
    if (area.size > largest.size) largest = area;
  }
  return largest;
}

/** Without the outer rows and columns that are mostly page, the emptiest first: a line of text that touches the picture. */
function trimmed({ columns, busy }: Blocks, area: Area): Area {
  let { left, top, right, bottom } = area;
  const share = (fromX: number, toX: number, fromY: number, toY: number): number => {
    let count = 0;
    for (let y = fromY; y <= toY; y++)
      for (let x = fromX; x <= toX; x++) count += byteAt(busy, y * columns + x);
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
