import { pathToFileURL } from 'node:url';
import type { Table } from '@lancedb/lancedb';
import { z } from 'zod';
import type { ImageId, TenantId } from '#shared/domain/ids.ts';
import { Problem } from '#shared/domain/problems.ts';
import { candidates, type Neighbour } from './candidates.ts';
import { documentId } from './document-id.ts';
import { conditions, quoted } from './lancedb-conditions.ts';
import { spaceSchema, toRow, vectorDimension } from './lancedb-rows.ts';
import { vectorFault } from './vector-fault.ts';
import type { VectorDocument, VectorIndex, VectorQuery } from './vector-index.ts';

export const LanceDbEnv = z.object({
  /** The folder of the tables. */
  LANCEDB_URI: z.string().min(1),
  /** The absolute path of the package's entry: LanceDB is loaded at run time and is in no bundle. */
  LANCEDB_MODULE: z.string().min(1),
});

/** Every write leaves a fragment and a version behind: after so many, this process tidies up (0.1 s). */
const WRITES_BETWEEN_TIDYING = 100;
/** Versions older than this are read by nobody: a reader looks for the newest one before every read. */
const OLD_VERSIONS_MS = 10 * 60_000;
/** LanceDB itself repeats a commit that another process overtook, ten times; then we begin anew. */
const WRITE_ATTEMPTS = 4;

const FoundRow = z.object({ image_id: z.string(), _distance: z.number() });

/**
 * LanceDB, embedded, for environments of one machine: exact search in files that several processes share. What one
 * process has written, the others read at once.
 * @throws Problem `dependency_unavailable` where the folder cannot be opened.
 */
export async function lanceDbVectorIndex(from: { uri: string; modulePath: string }): Promise<VectorIndex> {
  const lancedb: typeof import('@lancedb/lancedb') = await import(pathToFileURL(from.modulePath).href);
  const database = await attempt(() => lancedb.connect(from.uri, { readConsistencyInterval: 0 }));
  const opened = new Map<string, { table: Table; dimension: number; writes: number }>();

  async function spaceOf(model: string) {
    const known = opened.get(model);
    if (known) return known;
    const names = await attempt(() => database.tableNames());
    if (!names.includes(tableName(model))) {
      throw new Problem('dependency_unavailable', `The index has no space for the model ${model} yet.`);
    }
    const table = await attempt(() => database.openTable(tableName(model)));
    const space = { table, dimension: vectorDimension(await attempt(() => table.schema())), writes: 0 };
    opened.set(model, space);
    return space;
  }

  async function write<Result>(model: string, change: (table: Table) => Promise<Result>): Promise<Result> {
    const space = await spaceOf(model);
    const result = await attempt(() => change(space.table), WRITE_ATTEMPTS);
    space.writes += 1;
    if (space.writes % WRITES_BETWEEN_TIDYING === 0) {
      const cleanupOlderThan = new Date(Date.now() - OLD_VERSIONS_MS);
      // It gives way to a write of another process; the next one tidies up what it leaves.
      await space.table.optimize({ cleanupOlderThan }).catch(() => undefined);
    }
    return result;
  }

  async function nearest(table: Table, tenant: TenantId, query: VectorQuery, by: 'semantic' | 'copy') {
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

  return {
    async prepare(model, dimension) {
      const schema = spaceSchema(from.modulePath, dimension);
      await attempt(() =>
        database.createEmptyTable(tableName(model), schema, { mode: 'create', existOk: true }),
      );
    },

    async upsert(tenant, model, documents) {
      const { dimension } = await spaceOf(model);
      const faults: { imageId: ImageId; reason: string }[] = [];
      // By id, the last one wins: LanceDB would insert two rows of one batch with the same id.
      const good = new Map<ImageId, VectorDocument>();
      for (const document of documents) {
        const reason = vectorFault(document, dimension);
        if (reason) faults.push({ imageId: document.imageId, reason });
        else good.set(document.imageId, document);
      }
      if (good.size > 0) {
        const rows = [...good.values()].map((document) => toRow(tenant, document));
        await write(model, (table) =>
          table.mergeInsert('id').whenMatchedUpdateAll().whenNotMatchedInsertAll().execute(rows),
        );
      }
      return faults;
    },

    async search(tenant, model, query) {
      const { table, dimension } = await spaceOf(model);
      const fault = vectorFault(query, dimension);
      if (fault) throw new Problem('invalid_request', fault);
      const [semantic, copy] = await Promise.all([
        nearest(table, tenant, query, 'semantic'),
        nearest(table, tenant, query, 'copy'),
      ]);
      return candidates(semantic, copy);
    },

    async remove(tenant, model, imageIds) {
      if (imageIds.length === 0) return 0;
      const ids = imageIds.map((id) => quoted(documentId(tenant, id))).join(', ');
      const { numDeletedRows } = await write(model, (table) => table.delete(`id IN (${ids})`));
      return numDeletedRows;
    },

    async removeTenant(tenant, model) {
      const { numDeletedRows } = await write(model, (table) => table.delete(conditions(tenant)));
      return numDeletedRows;
    },

    async models() {
      const names = await attempt(() => database.tableNames());
      return names.filter((name) => name.startsWith(TABLES)).map((name) => name.slice(TABLES.length));
    },

    async count(tenant, model) {
      const { table } = await spaceOf(model);
      return await attempt(() => table.countRows(conditions(tenant)));
    },

    async health() {
      try {
        await database.tableNames();
        return { status: 'ok' };
      } catch {
        return { status: 'down', detail: 'The folder of the tables cannot be read.' };
      }
    },
  };
}

const TABLES = 'images-';
const tableName = (model: string): string => `${TABLES}${model}`;

/** LanceDB's dot distance is 1 − cosine. The ids are those that were written, hence the cast. */
const toNeighbour = (row: z.infer<typeof FoundRow>): Neighbour => ({
  imageId: row.image_id as ImageId,
  cosine: 1 - row._distance,
});

/** All of LanceDB's errors are of one class without a code: each counts as a failure that may pass. */
async function attempt<Result>(call: () => Promise<Result>, attempts = 1): Promise<Result> {
  try {
    return await call();
  } catch (cause) {
    if (attempts > 1) return attempt(call, attempts - 1);
    throw new Problem('dependency_unavailable', 'The index of vectors does not answer.', {
      cause,
      retryAfter: 1,
    });
  }
}
