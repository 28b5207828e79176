import { mkdtemp, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Connection, Table } from '@lancedb/lancedb';
import { Problem } from '#shared/kernel/problems.ts';
import { hasDigest, tableSchema, vectorDimension } from './lancedb-rows.ts';
import type { Partition, PartitionLayout } from './partitions.ts';

/** Writes between two optimisations of a table (0.1 s each): every write adds a fragment and a version. */
const WRITES_BETWEEN_OPTIMISATIONS = 100;
/** Older versions are not read any more: a reader looks for the newest one before every read. */
const OLD_VERSIONS_MS = 10 * 60_000;
/** LanceDB retries a commit that conflicts with another process ten times; after that the whole write is retried. */
const WRITE_ATTEMPTS = 4;

interface Opened {
  table: Table;
  dimension: number;
  writes: number;
}

/** The tables that store partitions. */
export interface Tables {
  /** Creates a missing table, and adds missing columns to an older one. */
  ensure(name: string, dimension: number): Promise<void>;
  open(layout: PartitionLayout, partition: Partition): Promise<{ table: Table; dimension: number }>;
  write<Result>(
    layout: PartitionLayout,
    partition: Partition,
    change: (table: Table) => Promise<Result>,
  ): Promise<Result>;
  drop(name: string): Promise<void>;
  names(): Promise<string[]>;
}

/**
 * @param connect opens a database in a folder
 * @param folder where the tables are
 */
export async function lanceDbTables(
  connect: (folder: string) => Promise<Connection>,
  folder: string,
  modulePath: string,
): Promise<Tables> {
  const database = await callLanceDb(() => connect(folder));
  const opened = new Map<string, Opened>();

  /**
   * Creates a table in a temporary folder and renames it into place. If two processes created it in place, both could
   * fail, or the later one would empty what was written to the earlier.
   */
  async function create(name: string, dimension: number): Promise<void> {
    const temporary = await mkdtemp(join(folder, 'making-'));
    try {
      const database = await connect(temporary);
      (await database.createEmptyTable(name, tableSchema(modulePath, dimension))).close();
      await rename(join(temporary, `${name}.lance`), join(folder, `${name}.lance`)).catch(unlessExists);
    } finally {
      await rm(temporary, { recursive: true });
    }
  }

  async function open(layout: PartitionLayout, partition: Partition): Promise<Opened> {
    // A table that is dropped and created again under the same name has a new number.
    const key = `${layout.last} ${partition.name}`;
    const known = opened.get(key);
    if (known) return known;
    const table = await callLanceDb(() => database.openTable(partition.name));
    const fresh = { table, dimension: vectorDimension(await callLanceDb(() => table.schema())), writes: 0 };
    opened.set(key, fresh);
    return fresh;
  }

  return {
    async ensure(name, dimension) {
      const exists = (await callLanceDb(() => database.tableNames())).includes(name);
      if (!exists) await callLanceDb(() => create(name, dimension));
      const table = await callLanceDb(() => database.openTable(name));
      if (hasDigest(await callLanceDb(() => table.schema()))) return;
      await table.addColumns([{ name: 'digest', valueSql: "''" }]).catch(async (cause) => {
        // Another process may have added it.
        await table.checkoutLatest();
        if (!hasDigest(await table.schema())) throw unavailable(cause);
      });
      opened.clear();
    },

    open,

    async write(layout, partition, change) {
      const target = await open(layout, partition);
      const result = await callLanceDb(() => change(target.table), WRITE_ATTEMPTS);
      target.writes += 1;
      if (target.writes % WRITES_BETWEEN_OPTIMISATIONS === 0) {
        const cleanupOlderThan = new Date(Date.now() - OLD_VERSIONS_MS);
        // It fails if another process writes at the same time; the next one does the rest.
        await target.table.optimize({ cleanupOlderThan }).catch(() => undefined);
      }
      return result;
    },

    async drop(name) {
      // Fails while a write to the table is running: retried.
      await callLanceDb(async () => {
        if ((await database.tableNames()).includes(name)) await database.dropTable(name);
      }, WRITE_ATTEMPTS);
    },

    names: () => callLanceDb(() => database.tableNames()),
  };
}

/** Calls LanceDB. Its errors have one class and no code, so that each counts as transient. */
export async function callLanceDb<Result>(call: () => Promise<Result>, attempts = 1): Promise<Result> {
  try {
    return await call();
  } catch (cause) {
    if (attempts > 1) return callLanceDb(call, attempts - 1);
    throw unavailable(cause);
  }
}

const unavailable = (cause: unknown): Problem =>
  new Problem('dependency_unavailable', 'The vector index is unavailable.', { cause, retryAfter: 1 });

/** Ignores the error if another process has created the table. */
function unlessExists(error: NodeJS.ErrnoException): void {
  if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error;
}
