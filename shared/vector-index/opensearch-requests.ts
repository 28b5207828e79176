import type { Client } from '@opensearch-project/opensearch';
import * as z from 'zod';
import { imageId, type TenantId } from '#shared/kernel/ids.ts';
import { aliasOf, indexPattern, readLayout } from './opensearch-aliases.ts';
import { ErrorCause, partProblem, requestProblem } from './opensearch-errors.ts';
import { conditions, DIGEST_FIELD } from './opensearch-mapping.ts';
import type { PartitionLayout } from './partitions.ts';
import type { ListedDocument, VectorIndex } from './vector-index.ts';

/** Documents that one request deletes, in about a second. */
const DELETE_SIZE = 2000;

const BulkItem = z.object({
  _id: z.string(),
  status: z.number(),
  result: z.string().optional(),
  error: ErrorCause.optional(),
});
const BulkResponse = z.object({
  items: z.array(z.union([z.object({ index: BulkItem }), z.object({ delete: BulkItem })])),
});
const Listed = z.object({
  hits: z.object({
    hits: z.array(z.object({ _source: z.object({ image_id: z.string(), digest: z.string().default('') }) })),
  }),
});

const FieldMappings = z.record(z.string(), z.object({ mappings: z.record(z.string(), z.unknown()) }));
const Deletion = z.object({ deleted: z.number() });

/** Sends a request and translates its error. @throws Problem `dependency_unavailable` */
export async function callOpenSearch<Result>(request: () => PromiseLike<Result>): Promise<Result> {
  try {
    return await request();
  } catch (error) {
    throw requestProblem(error);
  }
}

/** Reads a model's layout from the cluster, in a millisecond or two. */
export async function currentLayout(client: Client, model: string): Promise<PartitionLayout> {
  const { body } = await callOpenSearch(() => client.indices.getAlias({ index: indexPattern(model) }));
  return readLayout(model, body);
}

/** Adds the field `digest` to older indices. */
export async function addDigest(client: Client, model: string): Promise<void> {
  const index = aliasOf(model);
  const { body } = await callOpenSearch(() => client.indices.getFieldMapping({ index, fields: 'digest' }));
  const lacking = Object.values(FieldMappings.parse(body)).some(({ mappings }) => !('digest' in mappings));
  if (lacking)
    await callOpenSearch(() => client.indices.putMapping({ index, body: { properties: DIGEST_FIELD } }));
}

/**
 * Writes documents of a tenant through an alias.
 * @param to.refresh `wait_for`: returns when a search sees the documents; concurrent callers share one refresh
 * @throws Problem if a part failed for a transient reason
 */
export async function bulk(
  client: Client,
  to: { alias: string; tenant: TenantId; refresh: 'wait_for' | 'false' },
  lines: Record<string, unknown>[],
): Promise<z.infer<typeof BulkItem>[]> {
  const { body } = await callOpenSearch(() =>
    client.bulk({
      index: to.alias,
      routing: to.tenant,
      // Otherwise a cluster may create a missing index, with guessed fields.
      require_alias: true,
      refresh: to.refresh,
      body: lines,
    }),
  );
  const items = BulkResponse.parse(body).items.map((item) => ('index' in item ? item.index : item.delete));
  for (const { status, error } of items) {
    const problem = error && partProblem(status, error);
    if (problem) throw problem;
  }
  return items;
}

/** Deletes up to `DELETE_SIZE` of a tenant's documents from indices. @returns how many; 0 when none is left */
export async function removeBatch(client: Client, indices: readonly string[], tenant: TenantId) {
  const { body } = await callOpenSearch(() =>
    client.deleteByQuery({
      index: indices.join(','),
      routing: tenant,
      // A document that is changed meanwhile is left to the next call.
      conflicts: 'proceed',
      refresh: true,
      max_docs: DELETE_SIZE,
      body: { query: conditions(tenant) },
    }),
  );
  return Deletion.parse(body).deleted;
}

/** Lists a tenant's documents in an index or alias, the greatest ids first. */
export async function listPage(
  client: Client,
  index: string,
  tenant: TenantId,
  { below, limit }: Parameters<VectorIndex['list']>[2],
): Promise<ListedDocument[]> {
  const before = below ? [{ range: { image_id: { lt: below } } }] : [];
  const { body } = await callOpenSearch(() =>
    client.search({
      index,
      routing: tenant,
      allow_partial_search_results: false,
      body: {
        size: limit,
        _source: ['image_id', 'digest'],
        track_total_hits: false,
        sort: [{ image_id: 'desc' }],
        query: { bool: { filter: [conditions(tenant), ...before] } },
      },
    }),
  );
  return Listed.parse(body).hits.hits.map(({ _source: { image_id, digest } }) => ({
    imageId: imageId(image_id),
    digest,
  }));
}
