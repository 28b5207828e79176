import { apply, type Point, type Quad, squareToQuad } from './homography.ts';

/** A part of the query, as fractions of its width and height. */
export interface Region {
  x: number;
  y: number;
  width: number;
  height: number;
}

/** The region that is the whole picture. */
export const WHOLE: Region = { x: 0, y: 0, width: 1, height: 1 };

/** A smaller drag is a click. */
const SMALLEST = 0.02;
const within = (value: number): number => Math.min(1, Math.max(0, value));
const rounded = (value: number): number => Math.round(value * 1000) / 1000;

/** Returns the region between two corners, within the picture; undefined if it is too small to be meant. */
export function regionBetween(one: Point, other: Point): Region | undefined {
  const [left, right] = [within(Math.min(one.x, other.x)), within(Math.max(one.x, other.x))];
  const [top, bottom] = [within(Math.min(one.y, other.y)), within(Math.max(one.y, other.y))];
  if (right - left < SMALLEST || bottom - top < SMALLEST) return undefined;
  return {
    x: rounded(left),
    y: rounded(top),
    width: rounded(right) - rounded(left),
    height: rounded(bottom) - rounded(top),
  };
}

/** Writes a region for the address of the page. */
export const regionText = ({ x, y, width, height }: Region): string =>
  [x, y, width, height].map(rounded).join(',');

/** Reads a region of the page's address; undefined if it is none. */
export function parseRegion(text: string | undefined): Region | undefined {
  const [x = Number.NaN, y = Number.NaN, width = Number.NaN, height = Number.NaN] =
    text?.split(',').map(Number) ?? [];
  const isWithin = x >= 0 && y >= 0 && width > 0 && height > 0 && x + width <= 1.0001 && y + height <= 1.0001;
  return isWithin ? { x, y, width: Math.min(width, 1 - x), height: Math.min(height, 1 - y) } : undefined;
}

/** Returns a point of the region as a point of the whole picture. */
export const inWhole = ({ x, y }: Point, region: Region): Point => ({
  x: region.x + x * region.width,
  y: region.y + y * region.height,
});

/** Returns where the corners of the whole picture lie, if those of its region lie at `quad`. */
export function quadOfWhole(quad: Quad, region: Region): Quad {
  const transform = squareToQuad(quad);
  const corner = (x: number, y: number) =>
    apply(transform, { x: (x - region.x) / region.width, y: (y - region.y) / region.height });
  return [corner(0, 0), corner(1, 0), corner(1, 1), corner(0, 1)];
}
