import type { TenantId } from '#shared/kernel/ids.ts';
import { documentDigest } from './document-digest.ts';
import { LINKS, type VectorStorage } from './graph-memory.ts';
import { metadataEntries, wantedEntries } from './metadata-entries.ts';
import type { VectorDocument, VectorFilter } from './vector-index.ts';

const keyword = { type: 'keyword' } as const;

/** Read by consistency checks only, never searched. Older indices lack it. */
export const DIGEST_FIELD = { digest: { ...keyword, index: false } } as const;

/**
 * Settings of an index while it is filled: no replicas and no refreshes. Segments become as large as memory allows, so
 * that no forced merge is needed before it serves (docs/adr/0024).
 */
const WHILE_FILLED = { refresh_interval: '-1', auto_expand_replicas: 'false', number_of_replicas: 0 };

/** Replicas by the size of the cluster: none on one node, one on several. */
const REPLICAS = { auto_expand_replicas: '0-1' };

/** Replaces `WHILE_FILLED`. Null means the cluster's default interval; the client's types lack it, hence the cast. */
export const WHILE_SERVING = { ...REPLICAS, refresh_interval: null as unknown as string };

/** The parameters of a new index. */
export interface IndexPlan {
  dimension: number;
  /** The number of shards that documents are spread over. */
  shards: number;
  storage: VectorStorage;
  /** For one tenant alone. */
  own?: boolean;
  /** Filled before it is searched. */
  filled?: boolean;
}

/** Returns the settings and fields of an index. */
export function indexBody({ dimension, shards, storage, own = false, filled = false }: IndexPlan) {
  const encoder = storage === 'sq' ? { encoder: { name: 'sq', parameters: { bits: 7 } } } : {};
  const vector = {
    type: 'knn_vector' as const,
    dimension,
    space_type: 'innerproduct',
    // Lucene: the engine that the tests run on. Its default parameters, written out.
    method: { name: 'hnsw', engine: 'lucene', parameters: { m: LINKS, ef_construction: 100, ...encoder } },
  };
  // Routing by tenant puts a tenant's documents into one shard; `routing_partition_size` spreads them over several. It
  // must be less than the number of shards, and counts routing shards, of which a shard has hundreds by default.
  const all = shards + 1;
  const spread = own
    ? { number_of_shards: all, number_of_routing_shards: all, routing_partition_size: shards }
    : { number_of_shards: shards };
  return {
    settings: { index: { knn: true, ...spread, ...(filled ? WHILE_FILLED : REPLICAS) } },
    mappings: {
      dynamic: 'strict' as const,
      _routing: { required: true },
      properties: {
        tenant_id: keyword,
        image_id: keyword,
        storage_id: keyword,
        format: keyword,
        created_at: { type: 'date' as const },
        // Lucene refuses terms of more than 32 766 bytes; a longer value is stored but cannot be filtered by.
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

/** Rounds to nine digits, which identify a float32. As doubles, the numbers would be twice as long in JSON. */
const shortened = (vector: Float32Array): number[] =>
  Array.from(vector, (value) => Number(value.toPrecision(9)));

/** Returns the query for a tenant's documents that pass a filter. Routing alone would show other tenants of a shard. */
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

/** Writes milliseconds out: OpenSearch would round `lte` up to the end of the second. */
const instant = (time: string): string => new Date(time).toISOString();
