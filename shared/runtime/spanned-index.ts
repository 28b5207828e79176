import type { VectorIndex } from '#shared/vector-index/vector-index.ts';
import { inSpan } from './spans.ts';

/** Returns an index whose searches and writes are spans of their own. */
export const spannedIndex = (index: VectorIndex): VectorIndex => ({
  ...index,
  search: (tenant, model, query) =>
    inSpan('knn', { attributes: { model, k: query.k } }, () => index.search(tenant, model, query)),
  upsert: (tenant, model, documents, only) =>
    inSpan('index', { attributes: { model, documents: documents.length } }, () =>
      index.upsert(tenant, model, documents, only),
    ),
});
