import { pathToFileURL } from 'node:url';
import { z } from 'zod';
import type { ImageId, TenantId } from '#shared/kernel/ids.ts';
import { Problem } from '#shared/kernel/problems.ts';
import { abandon, begin, finish, type Step } from './builds.ts';
import { candidates, type Neighbour } from './candidates.ts';
import { documentId } from './document-id.ts';
import { conditions, quoted } from './lancedb-conditions.ts';
import { layoutFiles } from './lancedb-layout.ts';
import { toRow } from './lancedb-rows.ts';
import { attempt, lanceDbTables } from './lancedb-tables.ts';
import { onLayout, sameLayout } from './on-layout.ts';
import { demandNext, familyName, homeOf, type Layout, nextOf, sharedOf, whereabouts } from './partitions.ts';
import { vectorFault } from './vector-fault.ts';
import type { Build, Side, VectorDocument, VectorIndex, VectorQuery } from './vector-index.ts';

export const LanceDbEnv = z.object({
  /** The folder of the tables. */
  LANCEDB_URI: z.string().min(1),
  /** The absolute path of the package's entry: LanceDB is loaded at run time and is in no bundle. */
  LANCEDB_MODULE: z.string().min(1),
});

const FoundRow = z.object({ image_id: z.string(), _distance: z.number() });
const ListedRow = z.object({ image_id: z.string(), digest: z.string() });

/**
 * LanceDB, embedded, for environments of one machine: exact search in files that several processes share. What one
 * process has written, the others read at once.
 * @throws Problem `dependency_unavailable` where the folder cannot be opened.
 */
export async function lanceDbVectorIndex(from: { uri: string; modulePath: string }): Promise<VectorIndex> {
  const lancedb: typeof import('@lancedb/lancedb') = await import(pathToFileURL(from.modulePath).href);
  const connect = (folder: string) => lancedb.connect(folder, { readConsistencyInterval: 0 });
  const tables = await lanceDbTables(connect, from.uri, from.modulePath);
  const layouts = layoutFiles(from.uri, tables.names);

  const reading = <Result>(model: string, call: (layout: Layout) => Promise<Result>) =>
    onLayout(() => layouts.read(model), call);

  /** A write that a change of the spaces overtook may have missed the new one: it is done again. */
  const writing = <Result>(model: string, call: (layout: Layout) => Promise<Result>) =>
    reading(model, async (layout) => {
      const result = await call(layout);
      if (sameLayout(layout, await layouts.read(model))) return result;
      throw new Problem('dependency_unavailable', `The spaces of ${model} are changing.`, { retryAfter: 1 });
    });

  async function sideOf(layout: Layout, tenant: TenantId, side: Side = 'serving') {
    const space = side === 'next' ? demandNext(layout, tenant) : homeOf(layout, tenant);
    return await tables.open(layout, space);
  }

  async function nearest(layout: Layout, tenant: TenantId, query: VectorQuery, by: 'semantic' | 'copy') {
    const { table } = await sideOf(layout, tenant);
    const search = table
      .vectorSearch(query[by])
      .column(by)
      .distanceType('dot')
      .where(conditions(tenant, query.filter))
      .select(['image_id', '_distance'])
      .limit(query.k);
    const rows = z.array(FoundRow).parse(await attempt(() => search.toArray()));
    return rows.map(toNeighbour);
  }

  async function removeWhere(layout: Layout, spaces: Layout['spaces'], condition: string): Promise<number[]> {
    const removed: number[] = [];
    for (const space of spaces) {
      const { numDeletedRows } = await tables.write(layout, space, (table) => table.delete(condition));
      removed.push(numDeletedRows);
    }
    return removed;
  }

  async function take(build: Build, stepFrom: (layout: Layout, build: Build) => Step): Promise<void> {
    const before = await layouts.read(build.model);
    const { layout, leftovers } = stepFrom(before, build);
    const clear = async (now: Layout) => {
      const shared = sharedOf(now);
      if (build.of === 'tenant' && shared) await removeWhere(now, [shared], conditions(build.tenant));
    };
    if (leftovers === 'before') await clear(before);
    if (!sameLayout(before, layout)) {
      const isIn = ({ spaces }: Layout, name: string) => spaces.some((space) => space.name === name);
      for (const { name } of layout.spaces)
        if (!isIn(before, name)) await tables.ensure(name, build.dimension);
      await layouts.write(layout);
      for (const { name } of before.spaces) if (!isIn(layout, name)) await tables.drop(name);
    }
    if (leftovers === 'after') await clear(layout);
  }

  const index: VectorIndex = {
    async prepare(model, dimension) {
      const shared = sharedOf(await layouts.read(model));
      await tables.ensure(shared?.name ?? familyName(model), dimension);
    },

    async upsert(tenant, model, documents, only) {
      return await writing(model, async (layout) => {
        const home = only ? demandNext(layout, tenant) : homeOf(layout, tenant);
        const { dimension } = await tables.open(layout, home);
        const faults: { imageId: ImageId; reason: string }[] = [];
        // By id, the last one wins: LanceDB would insert two rows of one batch with the same id.
        const good = new Map<ImageId, VectorDocument>();
        for (const document of documents) {
          const reason = vectorFault(document, dimension);
          if (reason) faults.push({ imageId: document.imageId, reason });
          else good.set(document.imageId, document);
        }
        const rows = [...good.values()].map((document) => toRow(tenant, document));
        for (const space of rows.length > 0 ? new Set([home, nextOf(layout, tenant) ?? home]) : [])
          await tables.write(layout, space, (table) =>
            table.mergeInsert('id').whenMatchedUpdateAll().whenNotMatchedInsertAll().execute(rows),
          );
        return faults;
      });
    },

    async search(tenant, model, query) {
      return await reading(model, async (layout) => {
        const fault = vectorFault(query, (await sideOf(layout, tenant)).dimension);
        if (fault) throw new Problem('invalid_request', fault);
        const [semantic, copy] = await Promise.all([
          nearest(layout, tenant, query, 'semantic'),
          nearest(layout, tenant, query, 'copy'),
        ]);
        return candidates(semantic, copy);
      });
    },

    async remove(tenant, model, imageIds, only) {
      if (imageIds.length === 0) return 0;
      const ids = imageIds.map((id) => quoted(documentId(tenant, id))).join(', ');
      let served = 0;
      await writing(model, async (layout) => {
        const spaces = only ? [demandNext(layout, tenant)] : whereabouts(layout, tenant);
        const [first = 0] = await removeWhere(layout, spaces, `id IN (${ids})`);
        served = Math.max(served, first);
      });
      return served;
    },

    async removeTenant(tenant, model) {
      let removed = 0;
      await writing(model, async (layout) => {
        const counts = await removeWhere(layout, whereabouts(layout, tenant), conditions(tenant));
        removed += counts.reduce((sum, count) => sum + count, 0);
      });
      return removed;
    },

    models: () => layouts.models(),

    async count(tenant, model, side) {
      return await reading(model, async (layout) => {
        const { table } = await sideOf(layout, tenant, side);
        return await attempt(() => table.countRows(conditions(tenant)));
      });
    },

    async list(tenant, model, { below, limit }, side) {
      const before = below ? ` AND image_id < ${quoted(below)}` : '';
      return await reading(model, async (layout) => {
        const { table } = await sideOf(layout, tenant, side);
        const search = table
          .query()
          .where(conditions(tenant) + before)
          .select(['image_id', 'digest'])
          .orderBy({ columnName: 'image_id', ascending: false })
          .limit(limit);
        const rows = z.array(ListedRow).parse(await attempt(() => search.toArray()));
        return rows.map(({ image_id, digest }) => ({ imageId: image_id as ImageId, digest }));
      });
    },

    async placement(tenant, model) {
      return homeOf(await layouts.read(model), tenant).tenant ? 'own' : 'shared';
    },

    async beginBuild(build) {
      await index.prepare(build.model, build.dimension);
      await take(build, begin);
    },

    finishBuild: (build) => take(build, finish),
    abandonBuild: (build) => take(build, abandon),

    async health() {
      try {
        await tables.names();
        return { status: 'ok' };
      } catch {
        return { status: 'down', detail: 'The folder of the tables cannot be read.' };
      }
    },
  };
  return index;
}

/** LanceDB's dot distance is 1 − cosine. The ids are those that were written, hence the cast. */
const toNeighbour = (row: z.infer<typeof FoundRow>): Neighbour => ({
  imageId: row.image_id as ImageId,
  cosine: 1 - row._distance,
});
