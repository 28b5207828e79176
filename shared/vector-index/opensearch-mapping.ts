import type { TenantId } from '#shared/kernel/ids.ts';
import { documentDigest } from './document-digest.ts';
import { metadataEntries, wantedEntries } from './metadata-entries.ts';
import type { VectorDocument, VectorFilter } from './vector-index.ts';

const keyword = { type: 'keyword' } as const;

/** Indices of before lack it: nobody looks for it, a consistency check reads it. */
export const DIGEST_FIELD = { digest: { ...keyword, index: false } } as const;

/**
 * Of an index that is filled before it is searched: one copy, and segments as large as memory makes them, so that it
 * need not be merged by force before it serves (docs/adr/0024).
 */
const WHILE_FILLED = { refresh_interval: '-1', auto_expand_replicas: 'false', number_of_replicas: 0 };

/** As many copies as the cluster has room for: none on one node, one on several. */
const COPIES = { auto_expand_replicas: '0-1' };

/** What takes the place of `WHILE_FILLED`. Null is the cluster's own interval; the client's types do not know it, hence the cast. */
export const WHILE_SERVING = { ...COPIES, refresh_interval: null as unknown as string };

/**
 * How an index keeps vectors for its graph: as they are, or in 7 bits a number. The true ones are kept beside those, on
 * disk, for scores.
 */
export type VectorStorage = 'float' | 'sq';

/** How the index of a space is made. */
export interface IndexPlan {
  dimension: number;
  /** Over how many shards documents are spread. */
  shards: number;
  storage: VectorStorage;
  /** One tenant's alone. */
  own?: boolean;
  /** It is filled before it is searched. */
  filled?: boolean;
}

/** The settings and fields of an index. */
export function indexBody({ dimension, shards, storage, own = false, filled = false }: IndexPlan) {
  const encoder = storage === 'sq' ? { encoder: { name: 'sq', parameters: { bits: 7 } } } : {};
  const vector = {
    type: 'knn_vector' as const,
    dimension,
    space_type: 'innerproduct',
    // The engine that can be tested without a cluster is the one that is deployed. Its own defaults, said aloud.
    method: { name: 'hnsw', engine: 'lucene', parameters: { m: 16, ef_construction: 100, ...encoder } },
  };
  // Routing by tenant would put one tenant's documents into one shard. A partition has to leave out one shard, and is of
  // routing shards: by default there are hundreds in one that holds documents.
  const all = shards + 1;
  const spread = own
    ? { number_of_shards: all, number_of_routing_shards: all, routing_partition_size: shards }
    : { number_of_shards: shards };
  return {
    settings: { index: { knn: true, ...spread, ...(filled ? WHILE_FILLED : COPIES) } },
    mappings: {
      dynamic: 'strict' as const,
      _routing: { required: true },
      properties: {
        tenant_id: keyword,
        image_id: keyword,
        storage_id: keyword,
        format: keyword,
        created_at: { type: 'date' as const },
        // Lucene refuses a term of more than 32 766 bytes; a longer value is kept and cannot be filtered by.
        metadata: { ...keyword, ignore_above: 8_000 },
        ...DIGEST_FIELD,
        semantic: vector,
        copy: vector,
      },
    },
  };
}

export const toSource = (tenant: TenantId, document: VectorDocument) => ({
  tenant_id: tenant,
  image_id: document.imageId,
  storage_id: document.storageLocation,
  format: document.format,
  created_at: instant(document.createdAt),
  metadata: metadataEntries(document.metadata),
  digest: documentDigest(document),
  semantic: shortened(document.semantic),
  copy: shortened(document.copy),
});

/** Nine digits tell a float32 from every other one; as the doubles that JSON would make of them they are twice as long. */
const shortened = (vector: Float32Array): number[] =>
  Array.from(vector, (value) => Number(value.toPrecision(9)));

/** A tenant's documents that pass a filter. The tenant is always asked for: routing alone shows a shard's others too. */
export function conditions(tenant: TenantId, filter: VectorFilter = {}) {
  const { storageLocations, format, createdAfter, createdBefore } = filter;
  const all: object[] = [{ term: { tenant_id: tenant } }];
  if (storageLocations) all.push({ terms: { storage_id: [...storageLocations] } });
  if (format) all.push({ term: { format } });
  if (createdAfter) all.push({ range: { created_at: { gte: instant(createdAfter) } } });
  if (createdBefore) all.push({ range: { created_at: { lte: instant(createdBefore) } } });
  for (const wanted of wantedEntries(filter)) all.push({ terms: { metadata: wanted } });
  return { bool: { filter: all } };
}

/** To the millisecond: what a bound leaves out OpenSearch would fill up, to the end of the second for `lte`. */
const instant = (time: string): string => new Date(time).toISOString();
