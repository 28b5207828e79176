import type { GreyImage } from './grey-image.ts';
import { correlationOf, type Mask, overlay, roomFor, type Transform } from './warp.ts';

/** Samples every second pixel of a block, in each direction. */
const STRIDE = 2;
/** The least share of a block that must overlap the other image. */
const MIN_OVERLAP = 0.8;
/** Variance of brightness below which a block has no detail: JPEG's noise on a flat colour stays below. */
const FLAT = 9;
/** Blocks with at least this normalised cross-correlation show the same. */
const AGREEING = 0.8;
/** Blocks above it may show the same, not quite aligned. */
const RELATED = 0.5;

/** A block of one image, compared with what lies under it in the other. */
export interface Block {
  column: number;
  row: number;
  /** Normalised cross-correlation, -1..1; undefined if both are flat. */
  ncc: number | undefined;
  /** Moments of brightness, in each image. */
  means: readonly [number, number];
  variances: readonly [number, number];
  covariance: number;
}

export interface BlockGrid {
  /** Side of a block, in pixels. */
  side: number;
  columns: number;
  rows: number;
  /** The blocks that overlap the other image. */
  blocks: readonly Block[];
}

/** Returns the side of the blocks to compare images with this longer side by, in pixels: about nine in a row. */
export const blockSide = (longerSide: number): number =>
  Math.max(8, Math.min(14, Math.round(longerSide / 9)));

/** Compares two registered images block by block. */
export function compareBlocks(
  one: GreyImage,
  other: GreyImage,
  transform: Transform,
  side: number,
): BlockGrid {
  const [columns, rows] = [Math.floor(one.width / side), Math.floor(one.height / side)];
  const size = { width: side, height: side };
  const room = roomFor(size, STRIDE);
  const blocks: Block[] = [];
  for (let index = 0; index < columns * rows; index++) {
    const [column, row] = [index % columns, Math.floor(index / columns)];
    const rect = { left: column * side, top: row * side, ...size };
    const { count, means, variances, covariance } = correlationOf(
      overlay(one, other, transform, STRIDE, room, rect),
    );
    if (count < MIN_OVERLAP * Math.ceil(side / STRIDE) ** 2) continue;
    blocks.push({ column, row, means, variances, covariance, ncc: nccOf(variances, covariance) });
  }
  return { side, columns, rows, blocks };
}

function nccOf([one, other]: Block['variances'], covariance: number): number | undefined {
  if (one < FLAT && other < FLAT) return undefined;
  return one < 1 || other < 1 ? 0 : covariance / Math.sqrt(one * other);
}

export interface Agreement {
  /** Number of blocks with detail that show the same in both images, and of those that do not. */
  agreeing: number;
  disagreeing: number;
  /** The number that registration maximises: large for many agreeing blocks and few others. */
  score: number;
  /** Blocks that are flat or related: those to register on. */
  mask: Mask;
}

export function agreementOf({ side, columns, rows, blocks }: BlockGrid): Agreement {
  const keep = new Uint8Array(columns * rows);
  let [agreeing, disagreeing] = [0, 0];
  for (const { column, row, ncc } of blocks) {
    if (ncc === undefined || ncc >= RELATED) keep[row * columns + column] = 1;
    if (ncc === undefined) continue;
    if (ncc >= AGREEING) agreeing += 1;
    else disagreeing += 1;
  }
  const score = agreeing === 0 ? 0 : agreeing ** 2 / (agreeing + disagreeing);
  return { agreeing, disagreeing, score, mask: { side, columns, rows, keep } };
}
