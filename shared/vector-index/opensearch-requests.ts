import type { Client } from '@opensearch-project/opensearch';
import { z } from 'zod';
import { imageId, type TenantId } from '#shared/kernel/ids.ts';
import { aliasOf, indexPattern, readLayout } from './opensearch-aliases.ts';
import { ErrorCause, partProblem, requestProblem } from './opensearch-errors.ts';
import { conditions, DIGEST_FIELD } from './opensearch-mapping.ts';
import type { Layout } from './partitions.ts';
import type { ListedDocument, VectorIndex } from './vector-index.ts';

/** Documents that one request removes: a second or so. */
const DELETE_SIZE = 2000;

const BulkItem = z.object({
  _id: z.string(),
  status: z.number(),
  result: z.string().optional(),
  error: ErrorCause.optional(),
});
const BulkAnswer = z.object({
  items: z.array(z.union([z.object({ index: BulkItem }), z.object({ delete: BulkItem })])),
});
const Listed = z.object({
  hits: z.object({
    hits: z.array(z.object({ _source: z.object({ image_id: z.string(), digest: z.string().default('') }) })),
  }),
});

const FieldMappings = z.record(z.string(), z.object({ mappings: z.record(z.string(), z.unknown()) }));
const Deletion = z.object({ deleted: z.number() });

export async function attempt<Result>(request: () => PromiseLike<Result>): Promise<Result> {
  try {
    return await request();
  } catch (error) {
    throw requestProblem(error);
  }
}

/** The spaces of a model as the cluster knows them now: a millisecond or two. */
export async function currentLayout(client: Client, model: string): Promise<Layout> {
  const { body } = await attempt(() => client.indices.getAlias({ index: indexPattern(model) }));
  return readLayout(model, body);
}

/** Gives indices that were made before documents had a digest the field for it. */
export async function addDigest(client: Client, model: string): Promise<void> {
  const index = aliasOf(model);
  const { body } = await attempt(() => client.indices.getFieldMapping({ index, fields: 'digest' }));
  const lacking = Object.values(FieldMappings.parse(body)).some(({ mappings }) => !('digest' in mappings));
  if (lacking) await attempt(() => client.indices.putMapping({ index, body: { properties: DIGEST_FIELD } }));
}

/**
 * Writes documents of a tenant through an alias.
 * @param refresh `wait_for`: until a search sees it; one refresh of the index for all who wait, not one for each
 * @throws Problem where a part failed for a reason that may pass
 */
export async function bulk(
  client: Client,
  to: { alias: string; tenant: TenantId; refresh: 'wait_for' | 'false' },
  lines: Record<string, unknown>[],
): Promise<z.infer<typeof BulkItem>[]> {
  const { body } = await attempt(() =>
    client.bulk({
      index: to.alias,
      routing: to.tenant,
      // A cluster may create what it does not know, and would guess the fields.
      require_alias: true,
      refresh: to.refresh,
      body: lines,
    }),
  );
  const items = BulkAnswer.parse(body).items.map((item) => ('index' in item ? item.index : item.delete));
  for (const { status, error } of items) {
    const problem = error && partProblem(status, error);
    if (problem) throw problem;
  }
  return items;
}

/** Removes some of a tenant's documents from indices, whoever sees them. @returns how many; 0 when none is left */
export async function removeSome(client: Client, indices: readonly string[], tenant: TenantId) {
  const { body } = await attempt(() =>
    client.deleteByQuery({
      index: indices.join(','),
      routing: tenant,
      // What somebody else has just removed or replaced is met again by the next call.
      conflicts: 'proceed',
      refresh: true,
      max_docs: DELETE_SIZE,
      body: { query: conditions(tenant) },
    }),
  );
  return Deletion.parse(body).deleted;
}

/** A tenant's documents in an index, or in all behind an alias. */
export async function listSome(
  client: Client,
  index: string,
  tenant: TenantId,
  { below, limit }: Parameters<VectorIndex['list']>[2],
): Promise<ListedDocument[]> {
  const before = below ? [{ range: { image_id: { lt: below } } }] : [];
  const { body } = await attempt(() =>
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
