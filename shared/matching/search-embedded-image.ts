import type { Region } from '#shared/imaging/region.ts';
import type { Alignment, Point } from '#shared/matching/geometry/alignment.ts';
import { type MatchContext, openContext, type Step, type VerificationBounds } from './match-context.ts';
import { isProven, type MatchCandidate } from './near-image.ts';

const EMBEDDED_IMAGE_BOUNDS: VerificationBounds = { geometry: 5, pixels: 1 };

/**
 * If nothing is proven and the query shows an embedded image, as a screenshot does, searches for that image. Its copies
 * replace the candidates of the same id and are final.
 * @param find retrieves and verifies candidates, without a further embedded image
 */
export const searchEmbeddedImage =
  (find: (context: MatchContext) => Promise<readonly MatchCandidate[]>): Step =>
  async (context, candidates) => {
    const { ports, tenant, manifest, options } = context;
    const embedded = candidates.some(isProven) ? undefined : await options.embeddedImage?.();
    if (!embedded) return candidates;
    context.embeddedImage = embedded;
    const found = await find(
      openContext(ports, tenant, manifest, embedded.query, {
        k: options.k,
        filter: options.filter,
        similarFrom: Number.POSITIVE_INFINITY,
        bounds: EMBEDDED_IMAGE_BOUNDS,
      }),
    );
    const copies = found.filter(isProven);
    if (copies.length === 0) return candidates;
    context.isDecided = true;
    const ids = new Set(copies.map(({ record }) => record.image_id));
    return [
      ...candidates.filter(({ record }) => !ids.has(record.image_id)),
      ...copies.map((copy) => ofWholeQuery(copy, embedded.region)),
    ];
  };

const ofWholeQuery = ({ alignment, ...copy }: MatchCandidate, region: Region): MatchCandidate => ({
  ...copy,
  queryRegion: region,
  ...(alignment && { alignment: { ...alignment, quad: quadOfWholeQuery(alignment, region) } }),
});

/** Extrapolates the quad of a region to the corners of the whole query, which may lie outside the stored image. */
function quadOfWholeQuery({ quad }: Alignment, region: Region): Alignment['quad'] {
  const [topLeft, topRight, , bottomLeft] = quad;
  const transform = (x: number, y: number): Point => {
    const [right, down] = [(x - region.x) / region.width, (y - region.y) / region.height];
    return {
      x: topLeft.x + right * (topRight.x - topLeft.x) + down * (bottomLeft.x - topLeft.x),
      y: topLeft.y + right * (topRight.y - topLeft.y) + down * (bottomLeft.y - topLeft.y),
    };
  };
  return [transform(0, 0), transform(1, 0), transform(1, 1), transform(0, 1)];
}
