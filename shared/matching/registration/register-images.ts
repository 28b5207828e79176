import type { Quad } from '#shared/matching/geometry/alignment.ts';
import { alignKeypoints } from '#shared/matching/keypoints/align-keypoints.ts';
import type { Agreement } from './compare-blocks.ts';
import { filledPart } from './fill-part.ts';
import { findCrops } from './find-crop.ts';
import { type GreyImage, longerSide, shrunk } from './grey-image.ts';
import type { Pyramid } from './pyramid.ts';
import { quadOf, transformOf, uprightQuad } from './quad-transform.ts';
import { isGood, type Place, type RefineOptions, refined } from './refine.ts';
import { overlapNcc, register } from './register.ts';
import type { ImagePair, RegisteredPair } from './registered-pair.ts';
import { shownElsewhere } from './shown-elsewhere.ts';
import { type ShownPart, shownPart } from './shown-part.ts';
import type { Mask } from './warp.ts';

export interface Registration {
  /** The agreement of the blocks at 128 pixels. */
  agreement: Agreement;
  /** The corners of `one` in `other`, at 128 pixels. */
  quad: Quad;
  /** Set if one image shows the other as this part, and what is around it does not agree: then it has to be compared instead of the whole. */
  part: ShownPart | undefined;
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
/** The number of the best orientations, which are tried at 128 pixels. */
const BEST_ORIENTATIONS = 2;

const AT_64 = { steps: 10, stride: 2 };
const AT_128 = { steps: 8, stride: 2 };
const CENTRED_AT_128 = { steps: 8, stride: 3 };
const AT_COMMON = { steps: 5, stride: 4 };

/** Fewer pixels of a longer side show nothing. */
const MIN_SIDE = 24;

/** Places to look for one image in another, if they do not simply lie on each other. */
export interface Hints {
  /** Transforms to begin with: alignments by local descriptors, images that are shown. */
  starts: readonly Quad[];
  parts: readonly ShownPart[];
  /** Try these and crops alone: a fifth of the cost. */
  isBrief: boolean;
}

/** Finds where one image lies in another, by brightness: the transform under which most blocks agree. */
export function registerImages(one: Pyramid, other: Pyramid, hints: () => Hints): Registration {
  const coarsePair = { one: one.coarse, other: other.coarse };
  const first = refined(coarsePair, IDENTITY, AT_128);
  const given = isGood(first.agreement) ? undefined : hints();
  const { part, place } = given
    ? (filledPart(one, other, given.parts, AT_128) ?? bestPlace(one, other, first, given))
    : { place: first };
  const best = part ? place : withPerspective(coarsePair, place, AT_128);
  let { quad } = best;
  return {
    ...{ part, quad, agreement: best.agreement },
    atCommonScale(side) {
      const pair = commonScale(one, other, quad, side);
      const stride = longerSide(pair.one) < 100 ? 1 : AT_COMMON.stride;
      const options = { steps: AT_COMMON.steps, stride };
      const affine = refined(pair, quad, options);
      // At the finest scale, the perspective of the middle one is right to a pixel.
      const { grid, ...found } = side > PERSPECTIVE_SIDE ? affine : withPerspective(pair, affine, options);
      quad = found.quad;
      return { ...pair, quad, grid };
    },
    elsewhere: () =>
      shownElsewhere(coarsePair, { ...best, quad, part }, given?.parts ?? [], (start) =>
        refined(coarsePair, start, AT_128),
      ),
  };
}

/** Tries all starts, until many blocks agree; and finds the part that shows the other image, if what is around it does not. */
function bestPlace(
  one: Pyramid,
  other: Pyramid,
  first: Place,
  { starts, parts, isBrief }: Hints,
): { place: Place; part?: ShownPart | undefined } {
  const coarsePair = { one: one.coarse, other: other.coarse };
  let place = first;
  const tryAll = (quads: readonly Quad[], options = AT_128): void => {
    for (const quad of quads) {
      const tried = refined(coarsePair, quad, options);
      if (tried.agreement.score > place.agreement.score) place = tried;
    }
  };
  // Each as it is; and refined at 64 pixels: from there, Gauss–Newton pulls in twice as far.
  tryAll(starts);
  if (!isGood(place.agreement)) tryAll(cropQuads(one, other));
  if (isBrief) return { place };
  const quads = isGood(place.agreement) ? [] : keypointQuads(one, other);
  tryAll(quads);
  if (isGood(place.agreement)) return { place };
  const part = shownPart(coarsePair, place, parts);
  const isHopeless = isPoor(place.agreement) && quads.length === 0 && haveCorners(one, other);
  if (part || isHopeless) return { place, part };
  tryAll(starts.map((quad) => atCoarsest(one, other, quad).quad));
  if (!isGood(place.agreement)) tryAll(bestOrientations(one, other));
  if (!isGood(place.agreement)) tryAll(CENTRED, CENTRED_AT_128);
  return { place, part: shownPart(coarsePair, place, parts) };
}

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

/** No further start is tried where both images have so many corners and none match, and less of their blocks agree. */
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

/** A perspective is worth its two more unknowns if so much more of the blocks agrees. */
const MIN_GAIN = 1.05;
/** If less of the blocks agrees without it, a perspective explains nothing. */
const MIN_SHARE = 0.3;
const PERSPECTIVE_SIDE = 256;
/** At each corner, registration uses this share of either side. */
const CORNER = 0.6;

/** Registers each corner of the image on its own: if the image was warped by a perspective, the four differ. */
function withPerspective(pair: ImagePair, affine: Place, options: RefineOptions): Place {
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
