import type { Client } from '@opensearch-project/opensearch';
import { z } from 'zod';
import type { ImageId, TenantId } from '#shared/kernel/ids.ts';
import { candidates } from './candidates.ts';
import { documentId } from './document-id.ts';
import { onLayout } from './on-layout.ts';
import { aliasesOf, aliasNames, aliasOf, firstIndexOf, modelOf, writeAlias } from './opensearch-aliases.ts';
import { openSearchBuilds } from './opensearch-builds.ts';
import { errorType, reasonOf, requestProblem } from './opensearch-errors.ts';
import { conditions, indexBody, toSource, type VectorStorage } from './opensearch-mapping.ts';
import { addDigest, attempt, bulk, currentLayout, listSome, removeSome } from './opensearch-requests.ts';
import { isOvertaken, readSearch, searchLines } from './opensearch-search.ts';
import {
  demandNext,
  hasRole,
  homeOf,
  type Layout,
  nextOf,
  type Space,
  sharedOf,
  whereabouts,
} from './partitions.ts';
import type { IndexHealth, Side, VectorDocument, VectorIndex } from './vector-index.ts';

/** Documents in one bulk request: of a model of 1 024 dimensions, 5 MB of JSON. A small domain takes 10. */
const BULK_SIZE = 100;

const HEALTH = { green: 'ok', yellow: 'degraded', red: 'down' } as const satisfies Record<
  string,
  IndexHealth['status']
>;

/**
 * OpenSearch: an index a space, its roles as aliases; a document's id and routing bound to its tenant.
 * @param options.shards of an index that is made new
 * @param options.storage likewise; of the indices that there are, all or none may be of 7 bits
 */
export function openSearchVectorIndex(
  client: Client,
  options: { shards: number; storage: VectorStorage },
): VectorIndex {
  const onSpaces = <Result>(model: string, call: (layout: Layout) => Promise<Result>) =>
    onLayout(() => currentLayout(client, model), call);
  const builds = openSearchBuilds(client, options);

  /** Where a tenant's documents of one side are looked for: an alias hides what a concrete index would show. */
  async function sideOf(layout: Layout, tenant: TenantId, side: Side = 'serving'): Promise<string> {
    if (side === 'serving') return aliasOf(layout.model);
    const { name } = demandNext(layout, tenant);
    await attempt(() => client.indices.refresh({ index: name }));
    return name;
  }

  /** Into the space that serves so that a search finds it; into one that is built without waiting for that. */
  const writeTo = (layout: Layout, tenant: TenantId, only: 'next' | undefined) => {
    const [home, next] = [homeOf(layout, tenant), nextOf(layout, tenant)];
    return only
      ? [{ space: demandNext(layout, tenant), refresh: 'false' as const }]
      : [
          { space: home, refresh: 'wait_for' as const },
          ...(next ? [{ space: next, refresh: 'false' as const }] : []),
        ];
  };

  async function write(layout: Layout, tenant: TenantId, batch: readonly VectorDocument[], only?: 'next') {
    const lines = batch.flatMap((document) => [
      { index: { _id: documentId(tenant, document.imageId) } },
      toSource(tenant, document),
    ]);
    const answers = await Promise.all(
      writeTo(layout, tenant, only).map(({ space, refresh }) =>
        bulk(client, { alias: writeAlias(layout, space), tenant, refresh }, lines),
      ),
    );
    return batch.flatMap(({ imageId }, at) => {
      const error = answers.map((items) => items[at]?.error).find((error) => error !== undefined);
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
      if (sharedOf(await currentLayout(client, model))) return await addDigest(client, model);
      const first: Space = { name: firstIndexOf(model), roles: ['serving'] };
      try {
        await client.indices.create({
          index: first.name,
          body: {
            ...indexBody({ dimension, ...options }),
            aliases: aliasesOf({ model, last: 1, spaces: [first] }, first),
          },
        });
      } catch (error) {
        // Somebody else was faster.
        if (errorType(error) !== 'resource_already_exists_exception') throw requestProblem(error);
      }
    },

    async upsert(tenant, model, documents, only) {
      const faults: { imageId: ImageId; reason: string }[] = [];
      for (let from = 0; from < documents.length; from += BULK_SIZE) {
        const batch = documents.slice(from, from + BULK_SIZE);
        faults.push(...(await onSpaces(model, (layout) => write(layout, tenant, batch, only))));
      }
      return faults;
    },

    async search(tenant, model, query) {
      const lines = searchLines(tenant, model, query, options.storage);
      const ask = () => attempt(() => client.msearch({ body: lines }));
      const { body } = await ask();
      return candidates(...readSearch(isOvertaken(body) ? (await ask()).body : body));
    },

    async remove(tenant, model, imageIds, only) {
      if (imageIds.length === 0) return 0;
      const lines = imageIds.map((id) => ({ delete: { _id: documentId(tenant, id) } }));
      const served = new Set<string>();
      await onSpaces(model, async (layout) => {
        const spaces = only ? [demandNext(layout, tenant)] : whereabouts(layout, tenant);
        const removals = spaces.map(async (space, place) => {
          const refresh = hasRole(space, 'serving') ? 'wait_for' : 'false';
          const items = await bulk(client, { alias: writeAlias(layout, space), tenant, refresh }, lines);
          const gone = items.filter(({ result }) => result === 'deleted').map(({ _id }) => _id);
          if (place === 0) for (const id of gone) served.add(id);
        });
        await Promise.all(removals);
      });
      return served.size;
    },

    async removeTenant(tenant, model) {
      return await onSpaces(model, async (layout) => {
        const spaces = whereabouts(layout, tenant);
        const unseen = spaces.find((space) => hasRole(space, 'next'));
        if (unseen) await attempt(() => client.indices.refresh({ index: unseen.name }));
        const names = spaces.map(({ name }) => name);
        return await removeSome(client, names, tenant);
      });
    },

    async models() {
      const { body } = await attempt(() => client.indices.getAlias({ name: aliasOf('*') }));
      return [...new Set(aliasNames(body).flatMap((alias) => modelOf(alias) ?? []))];
    },

    async count(tenant, model, side) {
      return await onSpaces(model, async (layout) => {
        const index = await sideOf(layout, tenant, side);
        const { body } = await attempt(() =>
          client.count({ index, routing: tenant, body: { query: conditions(tenant) } }),
        );
        return body.count;
      });
    },

    async list(tenant, model, page, side) {
      return await onSpaces(model, async (layout) => {
        const index = await sideOf(layout, tenant, side);
        return await listSome(client, index, tenant, page);
      });
    },

    async placement(tenant, model) {
      return homeOf(await currentLayout(client, model), tenant).tenant ? 'own' : 'shared';
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
  return index;
}
