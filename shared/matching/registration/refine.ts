import type { Quad } from '#shared/matching/geometry/alignment.ts';
import { type Agreement, agreementOf, type BlockGrid, blockSide, compareBlocks } from './compare-blocks.ts';
import { longerSide } from './grey-image.ts';
import { areaOf, quadOf, transformOf } from './quad-transform.ts';
import { register } from './register.ts';
import type { ImagePair } from './registered-pair.ts';

/** A registration is good if so many blocks agree, and so large a share of them: no further start is tried. */
const GOOD = { blocks: 10, share: 0.9 };

/** A transform of one image into the other, and the blocks compared under it. */
export interface Place {
  quad: Quad;
  grid: BlockGrid;
  agreement: Agreement;
}

/** Compares the blocks of two images under a transform. */
export function placeAt({ one, other }: ImagePair, quad: Quad): Place {
  const grid = compareBlocks(one, other, transformOf(quad, one, other), blockSide(longerSide(one)));
  return { quad, grid, agreement: agreementOf(grid) };
}

export interface RefineOptions {
  /** The most steps of Gauss–Newton. */
  steps: number;
  /** Samples every `stride`th pixel, in each direction. */
  stride: number;
}

/** Refines a transform on the whole image, then on the blocks that agree; keeps the one under which most do. */
export function refined(pair: ImagePair, quad: Quad, options: RefineOptions): Place {
  const { one, other } = pair;
  const step = (from: Place, stride: number, onAgreeing: boolean): Place => {
    const mask = onAgreeing ? from.agreement.mask : undefined;
    const transform = register(one, other, transformOf(from.quad, one, other), { ...options, stride, mask });
    const to = quadOf(transform, one, other);
    return isPlausible(to) ? placeAt(pair, to) : from;
  };
  let best = placeAt(pair, quad);
  const whole = step(best, options.stride, false);
  if (whole.agreement.score >= best.agreement.score) best = whole;
  for (let round = 0; round < 2 && best.agreement.disagreeing > 0 && best.agreement.agreeing > 2; round++) {
    const again = step(best, Math.max(1, options.stride - 1), true);
    if (again.agreement.score <= best.agreement.score) break;
    best = again;
  }
  return best;
}

export const isGood = ({ agreeing, disagreeing }: Agreement): boolean =>
  agreeing >= GOOD.blocks && agreeing >= GOOD.share * (agreeing + disagreeing);

/** Scales between a hundredth and a hundred times the area. */
const isPlausible = (quad: Quad): boolean => {
  const area = areaOf(quad);
  return area > 0.01 && area < 100 && quad.every(({ x, y }) => Number.isFinite(x + y));
};
