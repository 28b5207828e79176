import type { API } from '@opensearch-project/opensearch';
import type { TenantId } from '#shared/domain/ids.ts';
import { metadataEntries, wantedEntries } from './metadata-entries.ts';
import type { VectorDocument, VectorFilter } from './vector-index.ts';

/** Readers and writers know the alias only, so that a rebuilt index can take the place of the old one. */
const ALIASES = 'images-';
export const aliasOf = (model: string): string => `${ALIASES}${model}`;
export const modelOf = (alias: string): string => alias.slice(ALIASES.length);
export const firstIndexOf = (model: string): string => `${aliasOf(model)}-000001`;

/** The settings and fields of an index. */
export function indexBody(model: string, dimension: number, shards: number): API.Indices_Create_RequestBody {
  const vector = {
    type: 'knn_vector' as const,
    dimension,
    space_type: 'innerproduct',
    // The engine that can be tested without a cluster is the one that is deployed. Its own defaults, said aloud.
    method: { name: 'hnsw', engine: 'lucene', parameters: { m: 16, ef_construction: 100 } },
  };
  const keyword = { type: 'keyword' } as const;
  return {
    // As many copies as the cluster has room for: none on one node, one on several.
    settings: { index: { knn: true, number_of_shards: shards, auto_expand_replicas: '0-1' } },
    aliases: { [aliasOf(model)]: {} },
    mappings: {
      dynamic: 'strict',
      _routing: { required: true },
      properties: {
        tenant_id: keyword,
        image_id: keyword,
        storage_id: keyword,
        format: keyword,
        created_at: { type: 'date' },
        // Lucene refuses a term of more than 32 766 bytes; a longer value is kept and cannot be filtered by.
        metadata: { ...keyword, ignore_above: 8_000 },
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
  semantic: Array.from(document.semantic),
  copy: Array.from(document.copy),
});

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
