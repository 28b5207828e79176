import { pathToFileURL } from 'node:url';
import * as z from 'zod';
import type { ImageId, TenantId } from '#shared/kernel/ids.ts';
import { Problem } from '#shared/kernel/problems.ts';
import { abandon, begin, finish, type Step } from './builds.ts';
import { candidates, type Neighbour } from './candidates.ts';
import { documentId } from './document-id.ts';
import { conditions, quoted } from './lancedb-conditions.ts';
import { layoutFiles } from './lancedb-layout.ts';
import { toRow } from './lancedb-rows.ts';
import { callLanceDb, lanceDbTables } from './lancedb-tables.ts';
import {
  familyName,
  nextPartition,
  type PartitionLayout,
  partitionsOf,
  requireNextPartition,
  servingPartition,
  sharedPartition,
} from './partitions.ts';
import { vectorFault } from './vector-fault.ts';
import type { Build, Side, VectorDocument, VectorIndex, VectorQuery } from './vector-index.ts';
import { sameLayout, withCurrentLayout } from './with-current-layout.ts';

export const LanceDbEnv = z.object({
  /** The folder of the tables. */
  LANCEDB_URI: z.string().min(1),
  /** The absolute path of the package's entry: LanceDB is loaded at run time and is in no bundle. */
  LANCEDB_MODULE: z.string().min(1),
});

const FoundRow = z.object({ image_id: z.string(), _distance: z.number() });
const ListedRow = z.object({ image_id: z.string(), digest: z.string() });

/**
 * Opens an embedded LanceDB, for environments of one machine: exact search in files that several processes share. A
 * process reads at once what another has written.
 * @throws Problem `dependency_unavailable` if the folder cannot be opened
 */
export async function lanceDbVectorIndex(from: { uri: string; modulePath: string }): Promise<VectorIndex> {
  const lancedb: typeof import('@lancedb/lancedb') = await import(pathToFileURL(from.modulePath).href);
  const connect = (folder: string) => lancedb.connect(folder, { readConsistencyInterval: 0 });
  const tables = await lanceDbTables(connect, from.uri, from.modulePath);
  const layouts = layoutFiles(from.uri, tables.names);

  const reading = <Result>(model: string, call: (layout: PartitionLayout) => Promise<Result>) =>
    withCurrentLayout(() => layouts.read(model), call);

  /** Repeats a write if the layout changed meanwhile: it may have missed a new partition. */
  const writing = <Result>(model: string, call: (layout: PartitionLayout) => Promise<Result>) =>
    reading(model, async (layout) => {
      const result = await call(layout);
      if (sameLayout(layout, await layouts.read(model))) return result;
      throw new Problem('dependency_unavailable', `The partitions of ${model} are changing.`, {
        retryAfter: 1,
      });
    });

  async function openSide(layout: PartitionLayout, tenant: TenantId, side: Side = 'serving') {
    const partition =
      side === 'next' ? requireNextPartition(layout, tenant) : servingPartition(layout, tenant);
    return await tables.open(layout, partition);
  }

  async function nearest(
    layout: PartitionLayout,
    tenant: TenantId,
    query: VectorQuery,
    by: 'semantic' | 'copy',
  ) {
    const { table } = await openSide(layout, tenant);
    const search = table
      .vectorSearch(query[by])
      .column(by)
      .distanceType('dot')
      .where(conditions(tenant, query.filter))
      .select(['image_id', '_distance'])
      .limit(query.k);
    const rows = z.array(FoundRow).parse(await callLanceDb(() => search.toArray()));
    return rows.map(toNeighbour);
  }

  async function removeWhere(
    layout: PartitionLayout,
    partitions: PartitionLayout['partitions'],
    condition: string,
  ): Promise<number[]> {
    const removed: number[] = [];
    for (const partition of partitions) {
      const { numDeletedRows } = await tables.write(layout, partition, (table) => table.delete(condition));
      removed.push(numDeletedRows);
    }
    return removed;
  }

  async function applyStep(
    build: Build,
    stepFrom: (layout: PartitionLayout, build: Build) => Step,
  ): Promise<void> {
    const before = await layouts.read(build.model);
    const { layout, leftovers } = stepFrom(before, build);
    const removeLeftovers = async (current: PartitionLayout) => {
      const shared = sharedPartition(current);
      if (build.of === 'tenant' && shared) await removeWhere(current, [shared], conditions(build.tenant));
    };
    if (leftovers === 'before') await removeLeftovers(before);
    if (!sameLayout(before, layout)) {
      const hasPartition = ({ partitions }: PartitionLayout, name: string) =>
        partitions.some((partition) => partition.name === name);
      for (const { name } of layout.partitions)
        if (!hasPartition(before, name)) await tables.ensure(name, build.dimension);
      await layouts.write(layout);
      for (const { name } of before.partitions) if (!hasPartition(layout, name)) await tables.drop(name);
    }
    if (leftovers === 'after') await removeLeftovers(layout);
  }

  const index: VectorIndex = {
    async prepare(model, dimension) {
      const shared = sharedPartition(await layouts.read(model));
      await tables.ensure(shared?.name ?? familyName(model), dimension);
    },

    async upsert(tenant, model, documents, only) {
      return await writing(model, async (layout) => {
        const home = only ? requireNextPartition(layout, tenant) : servingPartition(layout, tenant);
        const { dimension } = await tables.open(layout, home);
        const faults: { imageId: ImageId; reason: string }[] = [];
        // The last document of an id wins: LanceDB would insert two rows for one id in a batch.
        const valid = new Map<ImageId, VectorDocument>();
        for (const document of documents) {
          const reason = vectorFault(document, dimension);
          if (reason) faults.push({ imageId: document.imageId, reason });
          else valid.set(document.imageId, document);
        }
        const rows = [...valid.values()].map((document) => toRow(tenant, document));
        for (const partition of rows.length > 0 ? new Set([home, nextPartition(layout, tenant) ?? home]) : [])
          await tables.write(layout, partition, (table) =>
            table.mergeInsert('id').whenMatchedUpdateAll().whenNotMatchedInsertAll().execute(rows),
          );
        return faults;
      });
    },

    async search(tenant, model, query) {
      return await reading(model, async (layout) => {
        const fault = vectorFault(query, (await openSide(layout, tenant)).dimension);
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
        const partitions = only ? [requireNextPartition(layout, tenant)] : partitionsOf(layout, tenant);
        const [first = 0] = await removeWhere(layout, partitions, `id IN (${ids})`);
        served = Math.max(served, first);
      });
      return served;
    },

    async removeTenant(tenant, model) {
      let removed = 0;
      await writing(model, async (layout) => {
        const counts = await removeWhere(layout, partitionsOf(layout, tenant), conditions(tenant));
        removed += counts.reduce((sum, count) => sum + count, 0);
      });
      return removed;
    },

    models: () => layouts.models(),

    async count(tenant, model, side) {
      return await reading(model, async (layout) => {
        const { table } = await openSide(layout, tenant, side);
        return await callLanceDb(() => table.countRows(conditions(tenant)));
      });
    },

    async list(tenant, model, { below, limit }, side) {
      const before = below ? ` AND image_id < ${quoted(below)}` : '';
      return await reading(model, async (layout) => {
        const { table } = await openSide(layout, tenant, side);
        const search = table
          .query()
          .where(conditions(tenant) + before)
          .select(['image_id', 'digest'])
          .orderBy({ columnName: 'image_id', ascending: false })
          .limit(limit);
        const rows = z.array(ListedRow).parse(await callLanceDb(() => search.toArray()));
        return rows.map(({ image_id, digest }) => ({ imageId: image_id as ImageId, digest }));
      });
    },

    async placement(tenant, model) {
      return servingPartition(await layouts.read(model), tenant).tenant ? 'own' : 'shared';
    },

    async beginBuild(build) {
      await index.prepare(build.model, build.dimension);
      await applyStep(build, begin);
    },

    finishBuild: (build) => applyStep(build, finish),
    abandonBuild: (build) => applyStep(build, abandon),

    memoryFor: async () => 'unbounded',

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
