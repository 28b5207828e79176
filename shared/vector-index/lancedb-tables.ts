import { mkdtemp, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Connection, Table } from '@lancedb/lancedb';
import { Problem } from '#shared/kernel/problems.ts';
import { hasDigest, spaceSchema, vectorDimension } from './lancedb-rows.ts';
import type { Layout, Space } from './partitions.ts';

/** Every write leaves a fragment and a version behind: after so many, this process tidies up (0.1 s). */
const WRITES_BETWEEN_TIDYING = 100;
/** Versions older than this are read by nobody: a reader looks for the newest one before every read. */
const OLD_VERSIONS_MS = 10 * 60_000;
/** LanceDB itself repeats a commit that another process overtook, ten times; then we begin anew. */
const WRITE_ATTEMPTS = 4;

interface Opened {
  table: Table;
  dimension: number;
  writes: number;
}

/** The tables that spaces are kept in. */
export interface Tables {
  /** Makes a table where it is not there, and gives one of an older version the columns that it lacks. */
  ensure(name: string, dimension: number): Promise<void>;
  open(layout: Layout, space: Space): Promise<{ table: Table; dimension: number }>;
  write<Result>(layout: Layout, space: Space, change: (table: Table) => Promise<Result>): Promise<Result>;
  drop(name: string): Promise<void>;
  names(): Promise<string[]>;
}

/**
 * @param connect opens a database in a folder
 * @param folder the one that the tables are in
 */
export async function lanceDbTables(
  connect: (folder: string) => Promise<Connection>,
  folder: string,
  modulePath: string,
): Promise<Tables> {
  const database = await attempt(() => connect(folder));
  const opened = new Map<string, Opened>();

  /**
   * Elsewhere, then moved into its place, where it is the first: two that create one table in its place can fail, and
   * the later one would empty what was written to the earlier.
   */
  async function create(name: string, dimension: number): Promise<void> {
    const elsewhere = await mkdtemp(join(folder, 'making-'));
    try {
      const making = await connect(elsewhere);
      (await making.createEmptyTable(name, spaceSchema(modulePath, dimension))).close();
      await rename(join(elsewhere, `${name}.lance`), join(folder, `${name}.lance`)).catch(taken);
    } finally {
      await rm(elsewhere, { recursive: true });
    }
  }

  async function open(layout: Layout, space: Space): Promise<Opened> {
    // A table may have been dropped and made again under its name: not without a new number.
    const key = `${layout.last} ${space.name}`;
    const known = opened.get(key);
    if (known) return known;
    const table = await attempt(() => database.openTable(space.name));
    const fresh = { table, dimension: vectorDimension(await attempt(() => table.schema())), writes: 0 };
    opened.set(key, fresh);
    return fresh;
  }

  return {
    async ensure(name, dimension) {
      const exists = (await attempt(() => database.tableNames())).includes(name);
      if (!exists) await attempt(() => create(name, dimension));
      const table = await attempt(() => database.openTable(name));
      if (hasDigest(await attempt(() => table.schema()))) return;
      await table.addColumns([{ name: 'digest', valueSql: "''" }]).catch(async (cause) => {
        // Somebody else was faster.
        await table.checkoutLatest();
        if (!hasDigest(await table.schema())) throw unavailable(cause);
      });
      opened.clear();
    },

    open,

    async write(layout, space, change) {
      const target = await open(layout, space);
      const result = await attempt(() => change(target.table), WRITE_ATTEMPTS);
      target.writes += 1;
      if (target.writes % WRITES_BETWEEN_TIDYING === 0) {
        const cleanupOlderThan = new Date(Date.now() - OLD_VERSIONS_MS);
        // It gives way to a write of another process; the next one tidies up what it leaves.
        await target.table.optimize({ cleanupOlderThan }).catch(() => undefined);
      }
      return result;
    },

    async drop(name) {
      // A write that is going on keeps its folder from being removed: then once more.
      await attempt(async () => {
        if ((await database.tableNames()).includes(name)) await database.dropTable(name);
      }, WRITE_ATTEMPTS);
    },

    names: () => attempt(() => database.tableNames()),
  };
}

/** All of LanceDB's errors are of one class without a code: each counts as a failure that may pass. */
export async function attempt<Result>(call: () => Promise<Result>, attempts = 1): Promise<Result> {
  try {
    return await call();
  } catch (cause) {
    if (attempts > 1) return attempt(call, attempts - 1);
    throw unavailable(cause);
  }
}

const unavailable = (cause: unknown): Problem =>
  new Problem('dependency_unavailable', 'The index of vectors does not answer.', { cause, retryAfter: 1 });

/** Somebody else's table is there already. */
function taken(error: NodeJS.ErrnoException): void {
  if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error;
}
