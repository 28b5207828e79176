import * as z from 'zod';
import {
  externalIdPartition,
  imageAtPosition,
  imageKey,
  imageRange,
  STATUS_POSITION_PATTERN,
  sha256Partition,
  statusPartition,
  statusPosition,
  tenantPartition,
  undetectedPartition,
} from '#shared/aws/dynamodb-keys.ts';
import { type PagedList, readPage } from '#shared/aws/dynamodb-page.ts';
import { type Item, openTable, type TableOptions } from '#shared/aws/dynamodb-table.ts';
import { IMAGE_ID_PATTERN, type ImageId, imageId, type TenantId } from '#shared/kernel/ids.ts';
import { Problem } from '#shared/kernel/problems.ts';
import { imageFailures } from './dynamodb-image-failures.ts';
import { imageItem, readImageId, readUndetectedSince, recordOf } from './dynamodb-image-items.ts';
import { imageQuota } from './dynamodb-image-quota.ts';
import { imageReservations } from './dynamodb-image-reservations.ts';
import { moved, stepUpdate, unlessRefused } from './dynamodb-image-steps.ts';
import { imageTraces } from './dynamodb-image-traces.ts';
import { imageVectors } from './dynamodb-image-vectors.ts';
import { libraryChange, libraryVersions } from './dynamodb-library-version.ts';
import { passes } from './image-filter.ts';
import type { ImageRecord } from './image-record.ts';
import type { ImageQuery, ImageStore } from './image-store.ts';

export const ImagesTableEnv = z.object({ IMAGES_TABLE: z.string().min(1) });

/** Stores images in DynamoDB. */
export function dynamoImageStore(options: TableOptions): ImageStore {
  const table = openTable(options);
  return {
    ...imageVectors(table),
    ...imageTraces(table),
    ...imageQuota(table),
    ...imageReservations(table),
    ...imageFailures(table),
    ...libraryVersions(table),
    async create(record) {
      const created = await table.put(imageItem(record), { ConditionExpression: 'attribute_not_exists(pk)' });
      if (!created) throw new Problem('conflict', `${record.image_id} exists.`);
    },
    async get(tenant, image) {
      const item = await table.get(imageKey(tenant, image));
      return item && recordOf(item);
    },
    async getMany(tenant, images) {
      const items = await table.getMany([...new Set(images)].map((image) => imageKey(tenant, image)));
      const records = new Map(items.map(recordOf).map((record) => [record.image_id, record]));
      return images.flatMap((image) => records.get(image) ?? []);
    },
    async list(tenant, query) {
      return readPage(table, listOf(tenant, query), query);
    },
    async oldest(tenant, status) {
      const query = {
        IndexName: 'by_status',
        KeyConditionExpression: 'gsi_status = :status',
        ExpressionAttributeValues: { ':status': statusPartition(tenant, status) },
        Limit: 1,
      };
      for await (const item of table.query(query)) return recordOf(item);
      return undefined;
    },
    async undetectedSince(tenant) {
      const query = {
        IndexName: 'by_unsettled',
        KeyConditionExpression: 'gsi_unsettled = :undetected',
        ExpressionAttributeValues: { ':undetected': undetectedPartition(tenant) },
        Limit: 1,
      };
      for await (const item of table.query(query)) return readUndetectedSince(item).settle_at;
      return undefined;
    },
    async findBySha256(tenant, sha256, limit) {
      const images: ImageId[] = [];
      for await (const item of table.query({
        IndexName: 'by_sha256',
        KeyConditionExpression: 'gsi_sha256 = :sha256',
        ExpressionAttributeValues: { ':sha256': sha256Partition(tenant, sha256) },
        ProjectionExpression: 'image_id',
        Limit: limit,
      })) {
        images.push(readImageId(item).image_id);
        if (images.length === limit) break; // before the next page is read
      }
      return images;
    },
    async advance(tenant, image, to, at, change = {}) {
      const Key = imageKey(tenant, image);
      const step = unlessRefused(stepUpdate(tenant, to, at, change));
      if (to !== 'indexed') return moved(await table.update(Key, step));
      // Read before: a transaction returns no record, and a batch's images are read together before their writes.
      const item = await table.get(Key);
      if (!item) return undefined;
      const applied = await table.writeTogether([{ Update: { Key, ...step } }, libraryChange(tenant, image)]);
      if (!applied) return moved({ applied, item: await table.get(Key) });
      const { failure: _, ...before } = recordOf(item);
      const record = {
        ...before,
        ...change,
        status: to,
        indexed_at: at,
        updated_at: at,
        undetected: true as const,
      };
      return { moved: true, record };
    },
    async setHidden(tenant, image, hidden) {
      const Update = {
        Key: imageKey(tenant, image),
        UpdateExpression: hidden ? 'SET #hidden = :true' : 'REMOVE #hidden',
        ConditionExpression: '#status = :indexed',
        ExpressionAttributeNames: { '#status': 'status', '#hidden': 'hidden' },
        ExpressionAttributeValues: { ':indexed': 'indexed', ...(hidden && { ':true': true }) },
      };
      return table.writeTogether([{ Update }, libraryChange(tenant, image)]);
    },
  };
}

/** Images that one page of a filtered list reads: each has about 1 KB. */
const READ_AT_MOST = 20_000;

/** Returns the list of a query, by the index that serves it. Purged images are in no index; in the table they are filtered out. */
function listOf(tenant: TenantId, query: ImageQuery): PagedList<ImageRecord> {
  const { ascending = false, limit: _, cursor: __, ...filter } = query;
  const { status, externalId, storageLocation, createdAfter, createdBefore, failureStage, failureCode } =
    filter;
  const isFiltered = [storageLocation, createdAfter, createdBefore, failureStage, failureCode].some(
    (each) => each !== undefined,
  );
  const list = {
    name: [tenant, 'images', JSON.stringify(Object.entries(filter).sort()), String(ascending)],
    ascending,
    ...(isFiltered && {
      wanted: (record: ImageRecord) => passes(filter, record),
      readAtMost: READ_AT_MOST,
    }),
    positionPattern: IMAGE_ID_PATTERN,
    positionOf: (record: ImageRecord) => record.image_id,
    keyAt: (image: string): Item => imageKey(tenant, imageId(image)),
    entryOf: recordOf,
  };
  if (externalId !== undefined) {
    const gsi_external_id = externalIdPartition(tenant, externalId);
    return {
      ...list,
      keyAt: (image_id) => ({ ...imageKey(tenant, imageId(image_id)), gsi_external_id, image_id }),
      query: {
        IndexName: 'by_external_id',
        KeyConditionExpression: 'gsi_external_id = :external_id',
        ExpressionAttributeValues: {
          ':external_id': gsi_external_id,
          ...(status && { ':status': status }),
        },
        ...(status && {
          FilterExpression: '#status = :status',
          ExpressionAttributeNames: { '#status': 'status' },
        }),
      },
    };
  }
  if (status !== undefined) {
    const gsi_status = statusPartition(tenant, status);
    return {
      ...list,
      positionPattern: STATUS_POSITION_PATTERN,
      positionOf: statusPosition,
      keyAt: (position) => ({
        ...imageKey(tenant, imageId(imageAtPosition(position))),
        gsi_status,
        gsi_status_at: position,
      }),
      query: {
        IndexName: 'by_status',
        KeyConditionExpression: 'gsi_status = :status AND gsi_status_at BETWEEN :from AND :to',
        ExpressionAttributeValues: {
          ':status': gsi_status,
          ':from': createdAfter ?? '0',
          ':to': `${createdBefore ?? ''}~`, // after every position of that moment
        },
      },
    };
  }
  const [from, to] = imageRange(timeOf(createdAfter), timeOf(createdBefore));
  return {
    ...list,
    query: {
      KeyConditionExpression: 'pk = :pk AND sk BETWEEN :from AND :to',
      FilterExpression: '#status <> :purged',
      ExpressionAttributeNames: { '#status': 'status' },
      ExpressionAttributeValues: {
        ':pk': tenantPartition(tenant),
        ':from': from,
        ':to': to,
        ':purged': 'purged',
      },
    },
  };
}

const timeOf = (text: string | undefined): number | undefined =>
  text === undefined ? undefined : Date.parse(text);
