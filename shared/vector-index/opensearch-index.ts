import type { Client } from '@opensearch-project/opensearch';
import * as z from 'zod';
import type { ImageId, TenantId } from '#shared/kernel/ids.ts';
import { candidates } from './candidates.ts';
import { documentId } from './document-id.ts';
import type { VectorStorage } from './graph-memory.ts';
import { aliasesOf, aliasNames, aliasOf, firstIndexOf, modelOf, writeAlias } from './opensearch-aliases.ts';
import { openSearchBuilds } from './opensearch-builds.ts';
import { errorType, reasonOf, requestProblem } from './opensearch-errors.ts';
import { conditions, indexBody, toSource } from './opensearch-mapping.ts';
import { estimateMemory } from './opensearch-memory.ts';
import {
  addDigest,
  bulk,
  callOpenSearch,
  currentLayout,
  listPage,
  removeBatch,
} from './opensearch-requests.ts';
import { hitsRemovedIndex, readSearch, searchLines } from './opensearch-search.ts';
import {
  hasRole,
  nextPartition,
  type Partition,
  type PartitionLayout,
  partitionsOf,
  requireNextPartition,
  servingPartition,
  sharedPartition,
} from './partitions.ts';
import type { IndexHealth, Side, VectorDocument, VectorIndex } from './vector-index.ts';
import { withCurrentLayout } from './with-current-layout.ts';

/** Documents in one bulk request: of a model of 1 024 dimensions, 5 MB of JSON. A small domain takes 10. */
const BULK_SIZE = 100;

const HEALTH = { green: 'ok', yellow: 'degraded', red: 'down' } as const satisfies Record<
  string,
  IndexHealth['status']
>;

/**
 * The vector index on OpenSearch: one index per partition, roles as aliases, document ids and routing by tenant.
 * @param options.shards of new indices
 * @param options.storage of new indices; existing ones must use the same
 */
export function openSearchVectorIndex(
  client: Client,
  options: { shards: number; storage: VectorStorage },
): VectorIndex {
  const withLayout = <Result>(model: string, call: (layout: PartitionLayout) => Promise<Result>) =>
    withCurrentLayout(() => currentLayout(client, model), call);
  const builds = openSearchBuilds(client, options);

  /** Returns the alias or index to read from. The alias hides leftovers that the index itself would show. */
  async function readTarget(
    layout: PartitionLayout,
    tenant: TenantId,
    side: Side = 'serving',
  ): Promise<string> {
    if (side === 'serving') return aliasOf(layout.model);
    const { name } = requireNextPartition(layout, tenant);
    await callOpenSearch(() => client.indices.refresh({ index: name }));
    return name;
  }

  /** Returns the partitions to write to. Writes wait for a refresh only where searches read. */
  const writeTargets = (layout: PartitionLayout, tenant: TenantId, only: 'next' | undefined) => {
    const [serving, next] = [servingPartition(layout, tenant), nextPartition(layout, tenant)];
    return only
      ? [{ partition: requireNextPartition(layout, tenant), refresh: 'false' as const }]
      : [
          { partition: serving, refresh: 'wait_for' as const },
          ...(next ? [{ partition: next, refresh: 'false' as const }] : []),
        ];
  };

  async function write(
    layout: PartitionLayout,
    tenant: TenantId,
    batch: readonly VectorDocument[],
    only?: 'next',
  ) {
    const lines = batch.flatMap((document) => [
      { index: { _id: documentId(tenant, document.imageId) } },
      toSource(tenant, document),
    ]);
    const responses = await Promise.all(
      writeTargets(layout, tenant, only).map(({ partition, refresh }) =>
        bulk(client, { alias: writeAlias(layout, partition), tenant, refresh }, lines),
      ),
    );
    return batch.flatMap(({ imageId }, at) => {
      const error = responses.map((items) => items[at]?.error).find((error) => error !== undefined);
      return error ? [{ imageId, reason: reasonOf(error) }] : [];
    });
  }

  const index: VectorIndex = {
    ...builds,

    async beginBuild(build) {
      await index.prepare(build.model, build.dimension);
      await builds.beginBuild(build);
    },

    async prepare(model, dimension) {
      if (sharedPartition(await currentLayout(client, model))) return await addDigest(client, model);
      const first: Partition = { name: firstIndexOf(model), roles: ['serving'] };
      try {
        await client.indices.create({
          index: first.name,
          body: {
            ...indexBody({ dimension, ...options }),
            aliases: aliasesOf({ model, last: 1, partitions: [first] }, first),
          },
        });
      } catch (error) {
        // Another process may have created it.
        if (errorType(error) !== 'resource_already_exists_exception') throw requestProblem(error);
      }
    },

    async upsert(tenant, model, documents, only) {
      const faults: { imageId: ImageId; reason: string }[] = [];
      for (let from = 0; from < documents.length; from += BULK_SIZE) {
        const batch = documents.slice(from, from + BULK_SIZE);
        faults.push(...(await withLayout(model, (layout) => write(layout, tenant, batch, only))));
      }
      return faults;
    },

    async search(tenant, model, query) {
      const lines = searchLines(tenant, model, query, options.storage);
      const request = () => callOpenSearch(() => client.msearch({ body: lines }));
      const { body } = await request();
      return candidates(...readSearch(hitsRemovedIndex(body) ? (await request()).body : body));
    },

    async remove(tenant, model, imageIds, only) {
      if (imageIds.length === 0) return 0;
      const lines = imageIds.map((id) => ({ delete: { _id: documentId(tenant, id) } }));
      const served = new Set<string>();
      await withLayout(model, async (layout) => {
        const partitions = only ? [requireNextPartition(layout, tenant)] : partitionsOf(layout, tenant);
        const removals = partitions.map(async (partition, position) => {
          const refresh = hasRole(partition, 'serving') ? 'wait_for' : 'false';
          const items = await bulk(client, { alias: writeAlias(layout, partition), tenant, refresh }, lines);
          const deleted = items.filter(({ result }) => result === 'deleted').map(({ _id }) => _id);
          if (position === 0) for (const id of deleted) served.add(id);
        });
        await Promise.all(removals);
      });
      return served.size;
    },

    async removeTenant(tenant, model) {
      return await withLayout(model, async (layout) => {
        const partitions = partitionsOf(layout, tenant);
        const unrefreshed = partitions.find((partition) => hasRole(partition, 'next'));
        if (unrefreshed) await callOpenSearch(() => client.indices.refresh({ index: unrefreshed.name }));
        const names = partitions.map(({ name }) => name);
        return await removeBatch(client, names, tenant);
      });
    },

    async models() {
      const { body } = await callOpenSearch(() => client.indices.getAlias({ name: aliasOf('*') }));
      return [...new Set(aliasNames(body).flatMap((alias) => modelOf(alias) ?? []))];
    },

    async count(tenant, model, side) {
      return await withLayout(model, async (layout) => {
        const index = await readTarget(layout, tenant, side);
        const { body } = await callOpenSearch(() =>
          client.count({ index, routing: tenant, body: { query: conditions(tenant) } }),
        );
        return body.count;
      });
    },

    async list(tenant, model, page, side) {
      return await withLayout(model, async (layout) => {
        const index = await readTarget(layout, tenant, side);
        return await listPage(client, index, tenant, page);
      });
    },

    async placement(tenant, model) {
      return servingPartition(await currentLayout(client, model), tenant).tenant ? 'own' : 'shared';
    },

    memoryFor: (documents, dimension) => estimateMemory(client, options.storage, documents, dimension),

    async health() {
      try {
        const { body } = await client.cluster.health();
        const { status } = z.object({ status: z.enum(['green', 'yellow', 'red']) }).parse(body);
        return { status: HEALTH[status], ...(status !== 'green' && { detail: `The cluster is ${status}.` }) };
      } catch {
        return { status: 'down', detail: 'The cluster is unavailable.' };
      }
    },
  };
  return index;
}
