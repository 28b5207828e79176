import type { Client } from '@opensearch-project/opensearch';
import { abandon, begin, finish, type Step } from './builds.ts';
import { aliasActions, aliasesOf, indexPattern, orphansOf } from './opensearch-aliases.ts';
import { errorType, requestProblem } from './opensearch-errors.ts';
import { indexBody, type VectorStorage, WHILE_SERVING } from './opensearch-mapping.ts';
import { attempt, currentLayout, removeSome } from './opensearch-requests.ts';
import { hasRole, type Layout, type Space, sharedOf } from './partitions.ts';
import type { Build, VectorIndex } from './vector-index.ts';

/** Less than a request may take. Until then a new index has a primary of each shard, or the step fails and is taken again. */
const READY_WITHIN = '8s';

/** Builds of indices behind aliases: an index is made with its role, and roles change by one request. */
export function openSearchBuilds(
  client: Client,
  options: { shards: number; storage: VectorStorage },
): Pick<VectorIndex, 'beginBuild' | 'finishBuild' | 'abandonBuild'> {
  async function take(before: Layout, { layout, leftovers }: Step, build: Build): Promise<void> {
    if (leftovers === 'before') await clear(before, build);
    const actions = aliasActions(before, layout);
    if (actions.length > 0) await attempt(() => client.indices.updateAliases({ body: { actions } }));
    for (const space of layout.spaces)
      if (!before.spaces.some(({ name }) => name === space.name)) await create(layout, space, build);
    await dropOrphans(build);
    if (leftovers === 'after') await clear(layout, build);
  }

  /**
   * Not in one step with the change of roles: while an index is deleted, a fifth of a second, every search of an alias
   * that is losing it fails. After that only those fail that were sent to it before, and they are sent again.
   */
  async function dropOrphans({ model }: Build): Promise<void> {
    const { body } = await attempt(() => client.indices.getAlias({ index: indexPattern(model) }));
    for (const index of orphansOf(model, body))
      await attempt(() => client.indices.delete({ index, ignore_unavailable: true }));
  }

  async function create(layout: Layout, space: Space, { dimension }: Build): Promise<void> {
    const own = space.tenant !== undefined;
    const body = indexBody({ dimension, ...options, own, filled: true });
    try {
      await client.indices.create({
        index: space.name,
        body: { ...body, aliases: aliasesOf(layout, space) },
      });
    } catch (error) {
      // Somebody else was faster.
      if (errorType(error) !== 'resource_already_exists_exception') throw requestProblem(error);
    }
  }

  /** What the shared index holds of a tenant whom it does not serve. */
  async function clear(layout: Layout, build: Build): Promise<void> {
    const shared = sharedOf(layout);
    if (!shared || build.of !== 'tenant') return;
    await attempt(() => client.indices.refresh({ index: shared.name }));
    while ((await removeSome(client, [shared.name], build.tenant)) > 0);
  }

  /** What was filled is made ready to be searched. */
  async function makeReady(space: Space): Promise<void> {
    const index = space.name;
    if (hasRole(space, 'next'))
      await attempt(() => client.indices.putSettings({ index, body: { index: WHILE_SERVING } }));
    await attempt(() => client.indices.refresh({ index }));
    await attempt(() => client.cluster.health({ index, wait_for_status: 'yellow', timeout: READY_WITHIN }));
  }

  async function abandonBuild(build: Build): Promise<void> {
    const before = await currentLayout(client, build.model);
    await take(before, abandon(before, build), build);
  }

  return {
    async beginBuild(build) {
      const before = await currentLayout(client, build.model);
      await take(before, begin(before, build), build);
      try {
        // Two that begin at the same time see nothing of each other before.
        begin(await currentLayout(client, build.model), build);
      } catch (error) {
        await abandonBuild(build);
        throw error;
      }
    },

    async finishBuild(build) {
      const before = await currentLayout(client, build.model);
      const step = finish(before, build);
      const filled = before.spaces.find((space) => hasRole(space, 'next')) ?? sharedOf(before);
      if (filled) await makeReady(filled);
      await take(before, step, build);
    },

    abandonBuild,
  };
}
