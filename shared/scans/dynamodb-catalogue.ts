import pLimit from 'p-limit';
import { ulid } from 'ulid';
import * as z from 'zod';
import { itemReader } from '#shared/aws/dynamodb-item.ts';
import {
  CATALOGUED_PREFIX,
  cataloguedKey,
  catalogueKey,
  cataloguePartition,
  changedPartition,
  importCountsKey,
  type Key,
  queuedPartition,
  queuedPosition,
  tenantPartition,
} from '#shared/aws/dynamodb-keys.ts';
import { type Item, openTable, type TableOptions, type Write } from '#shared/aws/dynamodb-table.ts';
import { ImageIdField, JobIdField, StorageIdField } from '#shared/kernel/id-fields.ts';
import { imageId, type StorageId, storageId, type TenantId } from '#shared/kernel/ids.ts';
import { PROBLEM_CODES } from '#shared/kernel/problems.ts';
import type { Catalogue, CatalogueChange, CatalogueEntry, ChangedObject, Counts } from './catalogue.ts';

export const CatalogueTableEnv = z.object({ CATALOGUE_TABLE: z.string().min(1) });

/** Items of one transaction, beside the counters. */
const TOGETHER = 99;
/** Transactions at once. */
const CONCURRENCY = 4;
const REMOVED_TOGETHER = 1_000;
/** Seconds for which what became of a job's objects is kept after the last of them. */
const COUNTS_KEPT = 30 * 24 * 3600;

const STATES = ['queued', 'indexed', 'failed', 'missing'] as const;
const EntryItem = z.object({
  sk: z.string(),
  size: z.number(),
  change_token: z.string(),
  state: z.enum(STATES),
  image_id: ImageIdField.exactOptional(),
  pending_id: ImageIdField.exactOptional(),
  before: z.object({ size: z.number(), change_token: z.string(), state: z.enum(STATES) }).exactOptional(),
  replaced: z.array(ImageIdField).exactOptional(),
  job_id: JobIdField.exactOptional(),
  queued_as: z.enum(['new', 'changed']).exactOptional(),
  failure: z.enum(PROBLEM_CODES).exactOptional(),
  unread: z.literal(true).exactOptional(),
  rereads: z.number().exactOptional(),
  absent_since: z.number().exactOptional(),
  missing_since: z.string().exactOptional(),
  seen: z.number().exactOptional(),
  revision: z.number(),
});
const readEntry = itemReader('catalogue', EntryItem);
const readCounts = itemReader('catalogue', z.object({ counts: z.record(z.string(), z.number()) }));
const readChanged = itemReader('catalogue', z.object({ sk: z.string(), mark: z.string() }));
const readLocation = itemReader('catalogue', z.object({ storage_id: StorageIdField }));

/** The catalogue in DynamoDB: an item an object, its key as sort key, so that a listing and a range have the same order. */
export function dynamoCatalogue(options: TableOptions): Catalogue {
  const table = openTable(options);
  /** Locations of which this process has noted that they have entries. */
  const noted = new Set<string>();

  async function note(tenant: TenantId, storage: StorageId): Promise<void> {
    const key = cataloguedKey(tenant, storage);
    const name = `${key.pk}/${key.sk}`;
    if (noted.has(name)) return;
    await table.put({ ...key, storage_id: storage });
    noted.add(name);
  }

  /** Makes the writes together; if an entry has changed, each by itself. */
  async function writeEach(
    tenant: TenantId,
    storage: StorageId,
    changes: readonly CatalogueChange[],
    besides: (written: readonly number[]) => Write[],
  ): Promise<boolean[]> {
    const written = changes.map(() => false);
    const parts = Array.from({ length: Math.ceil(changes.length / TOGETHER) }, (_, i) =>
      changes.slice(i * TOGETHER, (i + 1) * TOGETHER).map((_change, j) => i * TOGETHER + j),
    );
    const writesOf = (positions: readonly number[]) =>
      positions.flatMap((i) => {
        const change = changes[i];
        return change ? [writeOf(tenant, storage, change)] : [];
      });
    const write = async (positions: readonly number[]): Promise<void> => {
      const done = await table.writeTogether([...writesOf(positions), ...besides(positions)]);
      if (done) for (const i of positions) written[i] = true;
      else if (positions.length > 1) for (const i of positions) await write([i]);
    };
    for (let start = 0; start < parts.length; start += CONCURRENCY)
      await Promise.all(parts.slice(start, start + CONCURRENCY).map(write));
    return written;
  }

  async function* entriesOf(tenant: TenantId, storage: StorageId, condition: string, values: Item) {
    const items = table.query({
      KeyConditionExpression: `pk = :pk${condition}`,
      ExpressionAttributeValues: { ':pk': cataloguePartition(tenant, storage), ...values },
    });
    for await (const item of items) yield entryOf(item);
  }

  const firstOf = (partition: string, most: number) =>
    table.query({
      KeyConditionExpression: 'pk = :pk',
      ExpressionAttributeValues: { ':pk': partition },
      ProjectionExpression: 'pk, sk, mark',
      Limit: most,
    });

  return {
    async get(tenant, storage, keys) {
      const items = await table.getMany([...new Set(keys)].map((key) => catalogueKey(tenant, storage, key)));
      return new Map(items.map(entryOf).map((entry) => [entry.key, entry]));
    },
    async *range(tenant, storage, { after, to }) {
      if (after !== undefined && to !== undefined) {
        for await (const entry of entriesOf(tenant, storage, ' AND sk BETWEEN :after AND :to', {
          ':after': after,
          ':to': to,
        }))
          if (entry.key !== after) yield entry;
        return;
      }
      const bound = after ?? to;
      yield* bound === undefined
        ? entriesOf(tenant, storage, '', {})
        : entriesOf(tenant, storage, after === undefined ? ' AND sk <= :bound' : ' AND sk > :bound', {
            ':bound': bound,
          });
    },
    async write(tenant, storage, changes) {
      if (changes.length > 0) await note(tenant, storage);
      return writeEach(tenant, storage, changes, () => []);
    },
    async settle(tenant, storage, job, changes) {
      if (changes.length > 0) await note(tenant, storage);
      return writeEach(tenant, storage, changes, (positions) => [
        countWrite(
          importCountsKey(tenant, job),
          positions.map((i) => changes[i]?.counts ?? {}),
        ),
      ]);
    },
    async counts(tenant, job) {
      const item = await table.get(importCountsKey(tenant, job));
      return item ? readCounts({ ...item, counts: countsIn(item) }).counts : {};
    },
    async *queued(tenant, job) {
      const items = table.query({
        IndexName: 'by_queued',
        KeyConditionExpression: 'gsi_queued = :queued AND begins_with(gsi_queued_at, :job)',
        ExpressionAttributeValues: { ':queued': queuedPartition(tenant), ':job': `${job}#` },
      });
      const prefix = cataloguePartition(tenant, '' as StorageId); // of all locations
      for await (const { pk, sk, gsi_queued_at } of items)
        yield {
          storage: storageId(String(pk).slice(prefix.length)),
          key: String(sk),
          image: imageId(String(gsi_queued_at).slice(`${job}#`.length)),
        };
    },
    async countQueued(tenant) {
      return table.count({
        IndexName: 'by_queued',
        ConsistentRead: false,
        KeyConditionExpression: 'gsi_queued = :queued',
        ExpressionAttributeValues: { ':queued': queuedPartition(tenant) },
      });
    },
    async noteChanged(tenant, storage, key) {
      await note(tenant, storage);
      await table.put({ pk: changedPartition(tenant, storage), sk: key, mark: ulid() });
    },
    async changed(tenant, storage, most) {
      const notes: ChangedObject[] = [];
      for await (const item of firstOf(changedPartition(tenant, storage), most)) {
        const { sk, mark } = readChanged(item);
        notes.push({ key: sk, mark });
        if (notes.length === most) break;
      }
      return notes;
    },
    async forgetChanged(tenant, storage, notes) {
      const limit = pLimit(CONCURRENCY);
      await Promise.all(
        notes.map(({ key, mark }) =>
          limit(() =>
            table.remove(
              { pk: changedPartition(tenant, storage), sk: key },
              { ConditionExpression: 'mark = :mark', ExpressionAttributeValues: { ':mark': mark } },
            ),
          ),
        ),
      );
    },
    async removeSome(tenant, storage) {
      const keys: Key[] = [];
      for (const partition of [changedPartition(tenant, storage), cataloguePartition(tenant, storage)])
        for await (const { pk, sk } of firstOf(partition, REMOVED_TOGETHER)) {
          if (keys.length === REMOVED_TOGETHER) break;
          keys.push({ pk: String(pk), sk: String(sk) });
        }
      await table.removeMany(keys);
      if (keys.length === 0) {
        noted.delete(`${cataloguedKey(tenant, storage).pk}/${cataloguedKey(tenant, storage).sk}`);
        await table.remove(cataloguedKey(tenant, storage));
      }
      return keys.length;
    },
  };
}

/** The catalogues of all locations of a tenant, as its purge empties them. */
export function dynamoCatalogueData(options: TableOptions) {
  const table = openTable(options);
  const catalogue = dynamoCatalogue(options);
  const firstOwn = async (tenant: TenantId): Promise<Item | undefined> => {
    for await (const item of table.query({
      KeyConditionExpression: 'pk = :pk',
      ExpressionAttributeValues: { ':pk': tenantPartition(tenant) },
      Limit: 1,
    }))
      return item;
    return undefined;
  };
  return {
    store: 'catalogue',
    async removeSome(tenant: TenantId): Promise<number> {
      const item = await firstOwn(tenant);
      if (!item) return 0;
      if (!String(item.sk).startsWith(CATALOGUED_PREFIX)) {
        await table.remove({ pk: String(item.pk), sk: String(item.sk) });
        return 1;
      }
      return (await catalogue.removeSome(tenant, readLocation(item).storage_id)) || 1;
    },
    async count(tenant: TenantId): Promise<number> {
      return (await firstOwn(tenant)) ? 1 : 0;
    },
  };
}

function entryOf(item: Item): CatalogueEntry {
  const { sk, change_token, image_id, pending_id, before, job_id, queued_as, ...rest } = readEntry(item);
  const { absent_since, missing_since, ...named } = rest;
  return {
    ...named,
    key: sk,
    changeToken: change_token,
    ...(image_id && { image: image_id }),
    ...(pending_id && { pending: pending_id }),
    ...(before && {
      before: { size: before.size, changeToken: before.change_token, state: before.state },
    }),
    ...(job_id && { job: job_id }),
    ...(queued_as && { as: queued_as }),
    ...(absent_since !== undefined && { absentSince: absent_since }),
    ...(missing_since !== undefined && { missingSince: missing_since }),
  };
}

function itemOf(tenant: TenantId, storage: StorageId, entry: CatalogueEntry, revision: number): Item & Key {
  const { key, changeToken, image, pending, before, job, as, absentSince, missingSince, ...named } = entry;
  return {
    ...named,
    ...catalogueKey(tenant, storage, key),
    change_token: changeToken,
    ...(image && { image_id: image }),
    ...(pending && { pending_id: pending }),
    ...(before && {
      before: { size: before.size, change_token: before.changeToken, state: before.state },
    }),
    ...(job && { job_id: job }),
    ...(as && { queued_as: as }),
    ...(absentSince !== undefined && { absent_since: absentSince }),
    ...(missingSince !== undefined && { missing_since: missingSince }),
    ...(entry.state === 'queued' &&
      job &&
      pending && { gsi_queued: queuedPartition(tenant), gsi_queued_at: queuedPosition(job, pending) }),
    revision,
  };
}

/** Returns the write of a change, on condition that the entry is as it was read. */
function writeOf(tenant: TenantId, storage: StorageId, { before, after }: CatalogueChange): Write {
  const condition = before
    ? {
        // An entry that was removed and made again may have the same revision.
        ConditionExpression: `revision = :revision AND ${before.pending ? 'pending_id = :pending' : 'attribute_not_exists(pending_id)'}`,
        ExpressionAttributeValues: {
          ':revision': before.revision,
          ...(before.pending && { ':pending': before.pending }),
        },
      }
    : { ConditionExpression: 'attribute_not_exists(pk)' };
  if (after)
    return { Put: { Item: itemOf(tenant, storage, after, (before?.revision ?? 0) + 1), ...condition } };
  return { Delete: { Key: catalogueKey(tenant, storage, before?.key ?? ''), ...condition } };
}

const COUNT = 'count_';

function countWrite(key: Key, all: readonly Counts[]): Write {
  const sums: Record<string, number> = {};
  for (const counts of all)
    for (const [name, count] of Object.entries(counts)) sums[name] = (sums[name] ?? 0) + count;
  const names = Object.keys(sums);
  return {
    Update: {
      Key: key,
      UpdateExpression: `SET expires_at = :expires_at ADD ${names.map((name) => `#${name} :${name}`).join(', ')}`,
      ExpressionAttributeNames: Object.fromEntries(names.map((name) => [`#${name}`, `${COUNT}${name}`])),
      ExpressionAttributeValues: {
        ':expires_at': Math.ceil(Date.now() / 1000) + COUNTS_KEPT,
        ...Object.fromEntries(names.map((name) => [`:${name}`, sums[name]])),
      },
    },
  };
}

const countsIn = (item: Item): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(item).flatMap(([name, value]) =>
      name.startsWith(COUNT) ? [[name.slice(COUNT.length), value]] : [],
    ),
  );
