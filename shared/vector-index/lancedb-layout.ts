import { readdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { tenantId } from '#shared/kernel/ids.ts';
import { familyName, type PartitionLayout, parsePartitionName, ROLES } from './partitions.ts';

const FILE = /^images-(.+)\.json$/;
/** The stored name of `partitions` is `spaces`. */
const StoredLayout = z
  .object({
    model: z.string(),
    last: z.number().int(),
    spaces: z.array(
      z.object({
        name: z.string(),
        tenant: z.string().transform(tenantId).optional(),
        roles: z.array(z.enum(ROLES)),
      }),
    ),
  })
  .transform(({ spaces, ...layout }) => ({ ...layout, partitions: spaces }));

/** Stores layouts beside the tables: a file for each model of which a partition was ever rebuilt. */
export interface LayoutFiles {
  read(model: string): Promise<PartitionLayout>;
  /** Writes atomically: a reader sees the previous layout or this one. */
  write(layout: PartitionLayout): Promise<void>;
  models(): Promise<string[]>;
}

/** @param tableNames the existing tables */
export function layoutFiles(folder: string, tableNames: () => Promise<string[]>): LayoutFiles {
  const fileOf = (model: string) => join(folder, `${familyName(model)}.json`);
  let written = 0;
  return {
    async read(model) {
      const text = await readFile(fileOf(model), 'utf8').catch(absent);
      if (text !== undefined) return StoredLayout.parse(JSON.parse(text));
      const name = familyName(model);
      const exists = (await tableNames()).includes(name);
      return { model, last: 0, partitions: exists ? [{ name, roles: ['serving'] }] : [] };
    },

    async write(layout) {
      written += 1;
      const temporary = `${fileOf(layout.model)}.${process.pid}-${written}`;
      const { partitions: spaces, ...rest } = layout;
      await writeFile(temporary, JSON.stringify({ ...rest, spaces }));
      await rename(temporary, fileOf(layout.model));
    },

    async models() {
      const files = (await readdir(folder).catch(absent)) ?? [];
      const withFile = files.flatMap((name) => FILE.exec(name)?.[1] ?? []);
      const tables = await tableNames();
      const families = new Set([...withFile, ...tables.flatMap((name) => modelOfFirstTable(name))]);
      const isNumbered = (family: string) =>
        [...families].some((other) => parsePartitionName(other, familyName(family)) !== undefined);
      return [...families].filter((family) => !isNumbered(family));
    },
  };
}

const modelOfFirstTable = (name: string): string[] =>
  name.startsWith(familyName('')) ? [name.slice(familyName('').length)] : [];

function absent(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT') throw error;
}
