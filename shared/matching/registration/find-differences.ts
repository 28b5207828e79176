import type { PairColours } from './area-colours.ts';
import type { Block, BlockGrid } from './compare-blocks.ts';
import { type Difference, type DifferingBlock, describeArea, NOISE, sum } from './describe-area.ts';
import type { Tone } from './difference.ts';
import type { RegisteredPair } from './registered-pair.ts';

/** Blocks with at least this NCC determine the tone between the images. */
const SAME = 0.7;
/** A block differs if its residual has so many times the median residual, so much variance, and such a share of both. */
const DIFFERS = { noise: 4, variance: 40, share: 0.4 };

/** The NCC that 95, 80 and 50 % of the blocks with detail reach, -1..1. */
export type NccQuantiles = readonly [p5: number, p20: number, median: number];

export interface Differences {
  /** Number of blocks with detail. */
  blocks: number;
  ncc: NccQuantiles;
  tone: Tone;
  areas: readonly Difference[];
}

/** Finds the areas where two registered images differ by more than noise and tone. */
export function findDifferences(pair: RegisteredPair, colours: PairColours): Differences {
  const { grid } = pair;
  const tone = toneOf(grid.blocks);
  const measured = grid.blocks.map((block) => ({ block, residual: residualOf(block, tone) }));
  const noise = quantile(measured.map(({ residual }) => residual).sort(ascending), 0.5);
  const least = Math.max(DIFFERS.variance, DIFFERS.noise * noise);
  const differing = measured.filter(({ block: { variances }, residual }) => {
    const both = variances[0] + tone.gain ** 2 * variances[1] + NOISE;
    return residual > least && residual > DIFFERS.share * both;
  });
  return {
    blocks: nccsOf(grid).length,
    ncc: nccQuantiles(grid),
    tone,
    areas: connected(differing).map((area) => describeArea(pair, area, { tone, noise, colours })),
  };
}

export function nccQuantiles(grid: BlockGrid): NccQuantiles {
  const nccs = nccsOf(grid).sort(ascending);
  return [quantile(nccs, 0.05), quantile(nccs, 0.2), quantile(nccs, 0.5)];
}

const nccsOf = ({ blocks }: BlockGrid): number[] => blocks.flatMap(({ ncc }) => ncc ?? []);

function toneOf(blocks: readonly Block[]): Tone {
  const same = blocks.filter(({ ncc }) => ncc === undefined || ncc > SAME);
  const detailed = same.filter(({ ncc }) => ncc !== undefined);
  const variance = sum(detailed, ({ variances }) => variances[0]);
  const otherVariance = sum(detailed, ({ variances }) => variances[1]);
  const gain = otherVariance > 0 ? Math.sqrt(variance / otherVariance) : 1;
  const offset = same.length === 0 ? 0 : sum(same, ({ means }) => means[0] - gain * means[1]) / same.length;
  return { gain, offset };
}

/** Returns the variance of the difference of two blocks, after the tone is removed. */
const residualOf = ({ variances, covariance }: Block, { gain }: Tone): number =>
  Math.max(0, variances[0] + gain ** 2 * variances[1] - 2 * gain * covariance);

/** Groups blocks that touch, diagonally too. */
function connected(differing: readonly DifferingBlock[]): DifferingBlock[][] {
  const left = new Map(differing.map((each) => [keyOf(each.block.column, each.block.row), each]));
  const areas: DifferingBlock[][] = [];
  for (const start of differing) {
    if (!left.delete(keyOf(start.block.column, start.block.row))) continue;
    const area = [start];
    for (const { block } of area) {
      for (const [right, down] of NEIGHBOURS) {
        const key = keyOf(block.column + right, block.row + down);
        const next = left.get(key);
        if (next) area.push(next);
        left.delete(key);
      }
    }
    areas.push(area);
  }
  return areas;
}

const keyOf = (column: number, row: number): string => `${column} ${row}`;
const NEIGHBOURS = [-1, 0, 1].flatMap((down) => [-1, 0, 1].map((right) => [right, down] as const));

const ascending = (one: number, other: number): number => one - other;
const quantile = (sorted: readonly number[], share: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
