/** Storage of the vectors in an index's graph: floats, or 7 bits per number, with the floats on disk for scores. */
export type VectorStorage = 'float' | 'sq';

/** Links per node of the HNSW graph, its `m`. */
export const LINKS = 16;

const BYTES_PER_NUMBER = { float: 4, sq: 1 } as const satisfies Record<VectorStorage, number>;

/** Vectors of a document: `semantic` and `copy`. */
export const VECTORS_PER_DOCUMENT = 2;

/**
 * Estimates the bytes of memory that a vector and its node of the graph take in one copy of an index: 1.1 × (4 d + 8 m), or
 * 1.1 × (d + 8 m) with `sq`, by https://docs.opensearch.org/latest/mappings/supported-field-types/knn-methods-engines/ and
 * https://docs.opensearch.org/latest/vector-search/optimizing-storage/lucene-scalar-quantization/. Lucene maps both from
 * files; they have to stay in the page cache for searches to be fast.
 */
export const graphMemory = (dimension: number, storage: VectorStorage): number =>
  1.1 * (BYTES_PER_NUMBER[storage] * dimension + 8 * LINKS);
