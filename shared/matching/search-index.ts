import type { ImageId } from '#shared/kernel/ids.ts';
import type { MatchContext, Retrieved } from './match-context.ts';

/** Of an image that the query shows, so many nearest ones are candidates: its copy is nearly always the first. */
const NEAREST_TO_SHOWN = 5;

/**
 * Finds the nearest images by both vectors, in one request; and those nearest to each image that the query shows. The query
 * itself is not among them.
 */
export async function searchIndex(context: MatchContext): Promise<readonly Retrieved[]> {
  const { query, options } = context;
  const [nearest, shown] = await Promise.all([
    search(context, query.embedding, options.k),
    options.shownImages?.() ?? [],
  ]);
  const found = new Map<ImageId, Retrieved>(nearest.map((each) => [each.imageId, each]));
  const near = await Promise.all(shown.map((embedding) => search(context, embedding, NEAREST_TO_SHOWN)));
  for (const candidates of near.map((some) => some.filter(({ imageId }) => imageId !== query.imageId))) {
    const highest = Math.max(...candidates.map(({ copy = 0 }) => copy));
    for (const { imageId, copy = 0 } of candidates) {
      // Its cosines are those of a part: the whole query's are computed from the vectors.
      const known = found.get(imageId) ?? { imageId };
      const regionCopy = Math.max(copy, known.regionCopy ?? 0);
      found.set(imageId, {
        ...known,
        regionCopy,
        ...(copy === highest && { nearestToShown: true as const }),
      });
    }
  }
  found.delete(query.imageId ?? ('' as ImageId)); // no image has an empty id
  return [...found.values()];
}

const search = (
  { ports, tenant, manifest, options }: MatchContext,
  { semantic, copy }: { semantic: Float32Array; copy: Float32Array },
  k: number,
) =>
  ports.index.search(tenant, manifest.name, {
    ...{ semantic, copy, k },
    ...(options.filter && { filter: options.filter }),
  });
