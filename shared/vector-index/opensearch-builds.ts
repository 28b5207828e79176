import type { Client } from '@opensearch-project/opensearch';
import { abandon, begin, finish, type Step } from './builds.ts';
import type { VectorStorage } from './graph-memory.ts';
import { aliasActions, aliasesOf, indexPattern, orphanedIndices } from './opensearch-aliases.ts';
import { errorType, requestProblem } from './opensearch-errors.ts';
import { indexBody, WHILE_SERVING } from './opensearch-mapping.ts';
import { callOpenSearch, currentLayout, removeBatch } from './opensearch-requests.ts';
import { hasRole, type Partition, type PartitionLayout, sharedPartition } from './partitions.ts';
import type { Build, VectorIndex } from './vector-index.ts';

/** Wait for the primary shards of a new index; shorter than the request timeout. A step that fails is retried. */
const READY_WITHIN = '8s';

/** Builds indices behind aliases: an index is created with its role, and roles change in one request. */
export function openSearchBuilds(
  client: Client,
  options: { shards: number; storage: VectorStorage },
): Pick<VectorIndex, 'beginBuild' | 'finishBuild' | 'abandonBuild'> {
  async function applyStep(
    before: PartitionLayout,
    { layout, leftovers }: Step,
    build: Build,
  ): Promise<void> {
    if (leftovers === 'before') await removeLeftovers(before, build);
    const actions = aliasActions(before, layout);
    if (actions.length > 0) await callOpenSearch(() => client.indices.updateAliases({ body: { actions } }));
    for (const partition of layout.partitions)
      if (!before.partitions.some(({ name }) => name === partition.name))
        await create(layout, partition, build);
    await dropOrphans(build);
    if (leftovers === 'after') await removeLeftovers(layout, build);
  }

  /**
   * Deletes replaced indices after the roles have changed. Deleting one takes 0.2 s, during which every search of an
   * alias that still covers it fails; afterwards only searches that were already running fail, and those are retried.
   */
  async function dropOrphans({ model }: Build): Promise<void> {
    const { body } = await callOpenSearch(() => client.indices.getAlias({ index: indexPattern(model) }));
    for (const index of orphanedIndices(model, body))
      await callOpenSearch(() => client.indices.delete({ index, ignore_unavailable: true }));
  }

  async function create(layout: PartitionLayout, partition: Partition, { dimension }: Build): Promise<void> {
    const own = partition.tenant !== undefined;
    const body = indexBody({ dimension, ...options, own, filled: true });
    try {
      await client.indices.create({
        index: partition.name,
        body: { ...body, aliases: aliasesOf(layout, partition) },
      });
    } catch (error) {
      // Another process may have created it.
      if (errorType(error) !== 'resource_already_exists_exception') throw requestProblem(error);
    }
  }

  /** Deletes the tenant's documents from the shared index, which does not serve them. */
  async function removeLeftovers(layout: PartitionLayout, build: Build): Promise<void> {
    const shared = sharedPartition(layout);
    if (!shared || build.of !== 'tenant') return;
    await callOpenSearch(() => client.indices.refresh({ index: shared.name }));
    while ((await removeBatch(client, [shared.name], build.tenant)) > 0);
  }

  /** Restores replicas and refreshes, and waits until the primaries of the filled index are active. */
  async function makeReady(partition: Partition): Promise<void> {
    const index = partition.name;
    if (hasRole(partition, 'next'))
      await callOpenSearch(() => client.indices.putSettings({ index, body: { index: WHILE_SERVING } }));
    await callOpenSearch(() => client.indices.refresh({ index }));
    await callOpenSearch(() =>
      client.cluster.health({ index, wait_for_status: 'yellow', timeout: READY_WITHIN }),
    );
  }

  async function abandonBuild(build: Build): Promise<void> {
    const before = await currentLayout(client, build.model);
    await applyStep(before, abandon(before, build), build);
  }

  return {
    async beginBuild(build) {
      const before = await currentLayout(client, build.model);
      await applyStep(before, begin(before, build), build);
      try {
        // Two builds that begin at the same time do not see each other before this.
        begin(await currentLayout(client, build.model), build);
      } catch (error) {
        await abandonBuild(build);
        throw error;
      }
    },

    async finishBuild(build) {
      const before = await currentLayout(client, build.model);
      const step = finish(before, build);
      const filled =
        before.partitions.find((partition) => hasRole(partition, 'next')) ?? sharedPartition(before);
      if (filled) await makeReady(filled);
      await applyStep(before, step, build);
    },

    abandonBuild,
  };
}
