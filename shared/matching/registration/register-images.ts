import type { Raster, Size } from '#shared/imaging/raster.ts';
import type { Quad } from '#shared/matching/geometry/alignment.ts';
import { alignKeypoints } from '#shared/matching/keypoints/align-keypoints.ts';
import { type Keypoints, keypointsOf } from '#shared/matching/keypoints/keypoints.ts';
import { type Agreement, agreementOf, type BlockGrid, blockSide, compareBlocks } from './compare-blocks.ts';
import { findCrops } from './find-crop.ts';
import { type GreyImage, greyOf, longerSide, shrunk, shrunkGrey } from './grey-image.ts';
import { areaOf, quadOf, transformOf, uprightQuad } from './quad-transform.ts';
import { overlapNcc, register } from './register.ts';
import type { ImagePair, RegisteredPair } from './registered-pair.ts';
import { shownElsewhere } from './shown-elsewhere.ts';
import { blocksWithin, type ShownPart, shownPart } from './shown-part.ts';
import type { Mask } from './warp.ts';

/** An image at the scales of a registration: longer sides of at most 64, 128, 256 and 512 pixels. */
export interface Pyramid {
  /** Of the finest. */
  size: Size;
  coarsest: GreyImage;
  coarse: GreyImage;
  fine: GreyImage;
  /** Computed on first use: most pairs are rejected before. */
  full: () => GreyImage;
  /** Of the finest. Computed on first use. */
  keypoints: () => Keypoints;
}

export function pyramidOf(pixels: Raster): Pyramid {
  const fine = shrunkGrey(pixels, 256);
  const coarse = shrunk(fine, 128);
  let [full, keypoints]: [GreyImage?, Keypoints?] = [];
  const finest = (): GreyImage => {
    full ??= longerSide(pixels) > 256 ? greyOf(pixels) : fine;
    return full;
  };
  return {
    size: { width: pixels.width, height: pixels.height },
    ...{ fine, coarse, coarsest: shrunk(coarse, 64) },
    full: finest,
    keypoints: () => {
      keypoints ??= keypointsOf(finest());
      return keypoints;
    },
  };
}

export interface Registration {
  /** Of the blocks at 128 pixels. */
  agreement: Agreement;
  /** Refines the registration at up to `side` pixels, and brings both images to the detail that both have. */
  atCommonScale: (side: number) => RegisteredPair;
  /** Registers it in the other parts of a collage. */
  elsewhere: () => readonly Quad[];
}

export const IDENTITY = uprightQuad(0, 0, 1, 1);
const [TOP_LEFT, TOP_RIGHT, BOTTOM_RIGHT, BOTTOM_LEFT] = IDENTITY;
/** The whole of `one` over the whole of `other`: upright, mirrored, turned by 90° either way, and by 180°. */
const ORIENTATIONS: readonly Quad[] = [
  IDENTITY,
  [TOP_RIGHT, TOP_LEFT, BOTTOM_LEFT, BOTTOM_RIGHT],
  [TOP_RIGHT, BOTTOM_RIGHT, BOTTOM_LEFT, TOP_LEFT],
  [BOTTOM_LEFT, TOP_LEFT, TOP_RIGHT, BOTTOM_RIGHT],
  [BOTTOM_RIGHT, BOTTOM_LEFT, TOP_LEFT, TOP_RIGHT],
];
/**
 * Crops and borders of a few per cent. At 64 pixels the lines of all pages look alike, so these start at 128; steps of 3 %
 * are within what Gauss–Newton pulls in there.
 */
const CENTRED = [0.88, 0.92, 0.95, 0.97, 1.03, 1.06, 1.09, 1.13].map((scale) => {
  const [from, to] = [(1 - scale) / 2, (1 + scale) / 2];
  return uprightQuad(from, from, to, to);
});
/** Of the orientations, so many best ones are tried at 128 pixels. */
const BEST_ORIENTATIONS = 2;

const AT_64 = { steps: 10, stride: 2 };
const AT_128 = { steps: 8, stride: 2 };
const CENTRED_AT_128 = { steps: 8, stride: 3 };
const AT_COMMON = { steps: 5, stride: 4 };

/** A registration is good if so many blocks agree, and so large a share of them: no further start is tried. */
const GOOD = { blocks: 10, share: 0.9 };
/** Fewer pixels of a longer side show nothing. */
const MIN_SIDE = 24;

/** Where to look for one image in another, if they do not simply lie on each other. */
export interface Hints {
  /** Transforms to begin with: alignments by local descriptors, images that are shown. */
  starts: readonly Quad[];
  parts: readonly ShownPart[];
}

/** Finds where one image lies in another, by brightness: the transform under which most blocks agree. */
export function registerImages(one: Pyramid, other: Pyramid, hints: () => Hints): Registration {
  const coarsePair = { one: one.coarse, other: other.coarse };
  const atCoarse = (quad: Quad, options: { steps: number; stride: number }) =>
    refined(coarsePair, quad, options);
  let best = atCoarse(IDENTITY, AT_128);
  const tryAll = (quads: readonly Quad[], options = AT_128): void => {
    for (const quad of quads) {
      const tried = atCoarse(quad, options);
      if (tried.agreement.score > best.agreement.score) best = tried;
    }
  };
  const partOf = ({ quad, grid }: Refined, parts: readonly ShownPart[]) =>
    shownPart(coarsePair, quad, grid, parts);
  let part: ShownPart | undefined;
  let parts: readonly ShownPart[] = [];
  if (!isGood(best.agreement)) {
    const { starts, ...hinted } = hints();
    parts = hinted.parts;
    // Each as it is; and refined at 64 pixels: from there, Gauss–Newton pulls in twice as far.
    tryAll(starts);
    if (!isGood(best.agreement)) tryAll(cropQuads(one, other));
    const quads = isGood(best.agreement) ? [] : keypointQuads(one, other);
    tryAll(quads);
    part = isGood(best.agreement) ? undefined : partOf(best, parts);
    const isHopeless = isPoor(best.agreement) && quads.length === 0 && haveCorners(one, other);
    if (!part && !isGood(best.agreement) && !isHopeless) {
      tryAll(starts.map((quad) => atCoarsest(one, other, quad).quad));
      if (!isGood(best.agreement)) tryAll(bestOrientations(one, other));
      if (!isGood(best.agreement)) tryAll(CENTRED, CENTRED_AT_128);
      part = partOf(best, parts);
    }
  }
  if (!part) best = withPerspective(coarsePair, best, AT_128);

  let { quad } = best;
  return {
    agreement: part ? agreementOf(blocksWithin(coarsePair, quad, best.grid, part)) : best.agreement,
    atCommonScale(side) {
      const pair = commonScale(one, other, quad, side);
      const stride = longerSide(pair.one) < 100 ? 1 : AT_COMMON.stride;
      const options = { steps: AT_COMMON.steps, stride };
      const affine = refined(pair, quad, options);
      // At the finest scale, the perspective of the middle one is right to a pixel.
      const { grid, ...found } = side > PERSPECTIVE_SIDE ? affine : withPerspective(pair, affine, options);
      quad = found.quad;
      return { ...pair, quad, grid: part ? blocksWithin(pair, quad, grid, part) : grid };
    },
    elsewhere: () =>
      shownElsewhere(coarsePair, { ...best, quad, part }, parts, (start) => atCoarse(start, AT_128)),
  };
}

const isGood = ({ agreeing, disagreeing }: Agreement): boolean =>
  agreeing >= GOOD.blocks && agreeing >= GOOD.share * (agreeing + disagreeing);

/** At 256 pixels, so many blocks of a crop agree, and so large a share: one or two at 128 pixels agree in other photographs too. */
const CROP = { blocks: 4, share: 0.7 };

/** Finds where one image is cut out of the other, refined and confirmed at a finer scale. */
const cropQuads = (one: Pyramid, other: Pyramid): readonly Quad[] =>
  findCrops(one.coarse, other.coarse).flatMap((start) => {
    const found = refined(commonScale(one, other, start, 256), start, AT_COMMON);
    const { agreeing, disagreeing } = found.agreement;
    return agreeing >= CROP.blocks && agreeing >= CROP.share * (agreeing + disagreeing) ? [found.quad] : [];
  });

const keypointQuads = (one: Pyramid, other: Pyramid): readonly Quad[] =>
  alignKeypoints({ ...one.keypoints(), ...one.size }, { ...other.keypoints(), ...other.size }).map(
    ({ quad }) => quad,
  );

/** Where both images have so many corners and none match, and less of their blocks agree, no further start is tried. */
const HOPELESS = { corners: 150, share: 0.3 };

const haveCorners = (one: Pyramid, other: Pyramid): boolean =>
  Math.min(one.keypoints().count, other.keypoints().count) >= HOPELESS.corners;

const isPoor = ({ agreeing, disagreeing }: Agreement): boolean =>
  agreeing < HOPELESS.share * (agreeing + disagreeing);

function bestOrientations(one: Pyramid, other: Pyramid): readonly Quad[] {
  return ORIENTATIONS.map((start) => atCoarsest(one, other, start))
    .sort((first, second) => second.ncc - first.ncc)
    .slice(0, BEST_ORIENTATIONS)
    .map(({ quad }) => quad);
}

/** Refines a transform at 64 pixels. */
function atCoarsest({ coarsest: one }: Pyramid, { coarsest: other }: Pyramid, start: Quad) {
  const transform = register(one, other, transformOf(start, one, other), AT_64);
  return { quad: quadOf(transform, one, other), ncc: overlapNcc(one, other, transform, AT_64.stride) };
}

interface Refined {
  quad: Quad;
  grid: BlockGrid;
  agreement: Agreement;
}

/** Refines a transform on the whole image, then on the blocks that agree; keeps the one under which most do. */
function refined({ one, other }: ImagePair, quad: Quad, options: { steps: number; stride: number }): Refined {
  const side = blockSide(longerSide(one));
  const judge = (at: Quad): Refined => {
    const grid = compareBlocks(one, other, transformOf(at, one, other), side);
    return { quad: at, grid, agreement: agreementOf(grid) };
  };
  const step = (from: Refined, stride: number, onAgreeing: boolean): Refined => {
    const mask = onAgreeing ? from.agreement.mask : undefined;
    const transform = register(one, other, transformOf(from.quad, one, other), { ...options, stride, mask });
    const to = quadOf(transform, one, other);
    return isPlausible(to) ? judge(to) : from;
  };
  let best = judge(quad);
  const whole = step(best, options.stride, false);
  if (whole.agreement.score >= best.agreement.score) best = whole;
  for (let round = 0; round < 2 && best.agreement.disagreeing > 0 && best.agreement.agreeing > 2; round++) {
    const again = step(best, Math.max(1, options.stride - 1), true);
    if (again.agreement.score <= best.agreement.score) break;
    best = again;
  }
  return best;
}

/** A perspective is worth its two more unknowns if so much more of the blocks agrees. */
const MIN_GAIN = 1.05;
/** If less of the blocks agrees without it, a perspective explains nothing. */
const MIN_SHARE = 0.3;
const PERSPECTIVE_SIDE = 256;
/** At each corner, registration uses this share of either side. */
const CORNER = 0.6;

/** Registers each corner of the image on its own: if the image was warped by a perspective, the four differ. */
function withPerspective(
  pair: ImagePair,
  affine: Refined,
  options: { steps: number; stride: number },
): Refined {
  const { agreeing, disagreeing } = affine.agreement;
  if (isGood(affine.agreement) || agreeing < MIN_SHARE * (agreeing + disagreeing)) return affine;
  const { one, other } = pair;
  let best = affine;
  for (let round = 0; round < 2; round++) {
    const quad = best.quad.map((point, corner) => {
      const mask = cornerOf(best.agreement.mask, corner);
      const transform = register(one, other, transformOf(best.quad, one, other), { ...options, mask });
      return quadOf(transform, one, other)[corner] ?? point;
    });
    const [topLeft, topRight, bottomRight, bottomLeft] = quad;
    if (!topLeft || !topRight || !bottomRight || !bottomLeft) break;
    const tried = refined(pair, [topLeft, topRight, bottomRight, bottomLeft], options);
    if (tried.agreement.score < MIN_GAIN * best.agreement.score) break;
    best = tried;
  }
  return best;
}

/** Keeps all blocks of one corner: those that disagree may be the ones that the perspective has moved. */
function cornerOf(mask: Mask, corner: number): Mask {
  const { columns, rows } = mask;
  const keep = mask.keep.map((_, index) => {
    const [column, row] = [index % columns, Math.floor(index / columns)];
    const isRight = corner === 1 || corner === 2;
    const inColumns = isRight ? column >= (1 - CORNER) * columns : column < CORNER * columns;
    return inColumns && (corner >= 2 ? row >= (1 - CORNER) * rows : row < CORNER * rows) ? 1 : 0;
  });
  return { ...mask, keep };
}

/** Scales between a hundredth and a hundred times the area. */
const isPlausible = (quad: Quad): boolean => {
  const area = areaOf(quad);
  return area > 0.01 && area < 100 && quad.every(({ x, y }) => Number.isFinite(x + y));
};

/** Shrinks both images until a pixel of one covers as much as a pixel of the other; at most `side` pixels of `one`. */
function commonScale(one: Pyramid, other: Pyramid, quad: Quad, side: number): ImagePair {
  const [whole, otherWhole] = [one.size, other.size];
  const { xx, xy, yx, yy } = transformOf(quad, whole, otherWhole);
  const scale = Math.sqrt(Math.abs(xx * yy - xy * yx)) || 1;
  const shown = Math.min(side, longerSide(whole) * Math.min(1, scale));
  const oneSide = Math.max(MIN_SIDE, Math.round(shown));
  const otherSide = Math.max(
    MIN_SIDE,
    Math.round((longerSide(otherWhole) * oneSide) / (longerSide(whole) * scale)),
  );
  return { one: atSide(one, oneSide), other: atSide(other, otherSide) };
}

const atSide = ({ coarse, fine, full }: Pyramid, side: number): GreyImage =>
  shrunk(side <= 128 ? coarse : side <= 256 ? fine : full(), side);
