import type { Client } from '@opensearch-project/opensearch';
import { z } from 'zod';
import type { ImageId, TenantId } from '#shared/domain/ids.ts';
import { candidates } from './candidates.ts';
import { documentId } from './document-id.ts';
import { ErrorCause, errorType, partProblem, reasonOf, requestProblem } from './opensearch-errors.ts';
import { aliasOf, conditions, firstIndexOf, indexBody, modelOf, toSource } from './opensearch-mapping.ts';
import { readSearch, searchLines } from './opensearch-search.ts';
import type { IndexHealth, VectorIndex } from './vector-index.ts';

/** Documents in one bulk request: of a model of 1 024 dimensions, 5 MB of JSON. A small domain takes 10. */
const BULK_SIZE = 100;
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

const Deletion = z.object({ deleted: z.number() });
const Aliases = z.record(z.string(), z.object({ aliases: z.record(z.string(), z.unknown()) }));

const HEALTH = { green: 'ok', yellow: 'degraded', red: 'down' } as const satisfies Record<
  string,
  IndexHealth['status']
>;

/**
 * OpenSearch: an index a model behind an alias, a document's id and routing bound to its tenant.
 * @param options.shards of an index that is made new
 */
export function openSearchVectorIndex(client: Client, options: { shards: number }): VectorIndex {
  /** Writes and waits until a search sees it: one refresh of the index for all who wait, not one for each. */
  async function bulk(tenant: TenantId, model: string, lines: Record<string, unknown>[]) {
    const { body } = await attempt(() =>
      client.bulk({
        index: aliasOf(model),
        routing: tenant,
        // A cluster may create what it does not know, and would guess the fields.
        require_alias: true,
        refresh: 'wait_for',
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

  return {
    async prepare(model, dimension) {
      const { body: exists } = await attempt(() => client.indices.existsAlias({ name: aliasOf(model) }));
      if (exists) return;
      try {
        await client.indices.create({
          index: firstIndexOf(model),
          body: indexBody(model, dimension, options.shards),
        });
      } catch (error) {
        // Somebody else was faster.
        if (errorType(error) !== 'resource_already_exists_exception') throw requestProblem(error);
      }
    },

    async upsert(tenant, model, documents) {
      const faults: { imageId: ImageId; reason: string }[] = [];
      for (let from = 0; from < documents.length; from += BULK_SIZE) {
        const batch = documents.slice(from, from + BULK_SIZE);
        const lines = batch.flatMap((document) => [
          { index: { _id: documentId(tenant, document.imageId) } },
          toSource(tenant, document),
        ]);
        const items = await bulk(tenant, model, lines);
        for (const [at, { imageId }] of batch.entries()) {
          const error = items[at]?.error;
          if (error) faults.push({ imageId, reason: reasonOf(error) });
        }
      }
      return faults;
    },

    async search(tenant, model, query) {
      const lines = searchLines(tenant, model, query);
      const { body } = await attempt(() => client.msearch({ body: lines }));
      return candidates(...readSearch(body));
    },

    async remove(tenant, model, imageIds) {
      if (imageIds.length === 0) return 0;
      const lines = imageIds.map((id) => ({ delete: { _id: documentId(tenant, id) } }));
      const items = await bulk(tenant, model, lines);
      return items.filter(({ result }) => result === 'deleted').length;
    },

    async removeTenant(tenant, model) {
      const { body } = await attempt(() =>
        client.deleteByQuery({
          index: aliasOf(model),
          routing: tenant,
          // What somebody else has just removed or replaced is met again by the next call.
          conflicts: 'proceed',
          refresh: true,
          max_docs: DELETE_SIZE,
          body: { query: conditions(tenant) },
        }),
      );
      return Deletion.parse(body).deleted;
    },

    async models() {
      const { body } = await attempt(() => client.indices.getAlias({ name: aliasOf('*') }));
      const aliases = Object.values(Aliases.parse(body)).flatMap(({ aliases }) => Object.keys(aliases));
      return [...new Set(aliases)].map(modelOf);
    },

    async count(tenant, model) {
      const { body } = await attempt(() =>
        client.count({ index: aliasOf(model), routing: tenant, body: { query: conditions(tenant) } }),
      );
      return body.count;
    },

    async health() {
      try {
        const { body } = await client.cluster.health();
        const { status } = z.object({ status: z.enum(['green', 'yellow', 'red']) }).parse(body);
        return { status: HEALTH[status], ...(status !== 'green' && { detail: `The cluster is ${status}.` }) };
      } catch {
        return { status: 'down', detail: 'The cluster does not answer.' };
      }
    },
  };
}

async function attempt<Result>(request: () => PromiseLike<Result>): Promise<Result> {
  try {
    return await request();
  } catch (error) {
    throw requestProblem(error);
  }
}
