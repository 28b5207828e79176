import type { Candidate } from '#shared/vector-index/vector-index.ts';
import type { MatchContext } from './match-context.ts';

/** Finds the nearest images by both vectors, in one request. The query itself is not among them. */
export async function searchIndex(context: MatchContext): Promise<readonly Candidate[]> {
  const { ports, tenant, manifest, query, options } = context;
  const { semantic, copy } = query.embedding;
  const nearest = await ports.index.search(tenant, manifest.name, {
    semantic,
    copy,
    k: options.k,
    ...(options.filter && { filter: options.filter }),
  });
  context.nearest = nearest.filter(({ imageId }) => imageId !== query.imageId);
  return context.nearest;
}
