import * as z from 'zod';
import { itemReader } from '#shared/aws/dynamodb-item.ts';
import {
  externalIdPartition,
  imageKey,
  type Key,
  sha256Partition,
  statusPartition,
  statusPosition,
  undetectedPartition,
  unsettledPartition,
} from '#shared/aws/dynamodb-keys.ts';
import type { Item } from '#shared/aws/dynamodb-table.ts';
import type { Embedding } from '#shared/embedding/embedder.ts';
import { ImageIdField } from '#shared/kernel/id-fields.ts';
import type { ImageId, TenantId } from '#shared/kernel/ids.ts';
import { ImageRecord } from './image-record.ts';
import { purgedRecord, Tombstone } from './tombstone.ts';

/** Returns the item of a new record, with the keys of the indexes. */
export const imageItem = (record: ImageRecord): Item & Key => ({
  ...imageKey(record.tenant_id, record.image_id),
  ...record,
  gsi_status: statusPartition(record.tenant_id, record.status),
  gsi_status_at: statusPosition(record),
  ...(record.external_id && { gsi_external_id: externalIdPartition(record.tenant_id, record.external_id) }),
  ...(record.hash_sha256 && { gsi_sha256: sha256Partition(record.tenant_id, record.hash_sha256) }),
  ...(record.reserved_bytes !== undefined && unsettledKeys(record.image_id, record.created_at)),
});

/** Seconds after its announcement at which an image is due to be settled: no form can be used any more. */
const SETTLE_AFTER = 3600;

/** Returns the keys of the index `by_unsettled`, for an image that was announced or purged at `at`. */
export const unsettledKeys = (image: ImageId, at: string) => ({
  gsi_unsettled: unsettledPartition(image),
  settle_at: new Date(Date.parse(at) + SETTLE_AFTER * 1000).toISOString(),
});
/** The attributes that `unsettledKeys` returns. */
export const UNSETTLED_KEYS = ['gsi_unsettled', 'settle_at'] as const;

/** Returns the mark of an image whose duplicates are not detected yet, since `at`, and its keys of the index `by_unsettled`. */
export const undetectedMark = (tenant: TenantId, at: string) => ({
  undetected: true,
  gsi_unsettled: undetectedPartition(tenant),
  settle_at: at,
});
/** The attributes that `undetectedMark` returns. */
export const UNDETECTED_MARK = ['undetected', ...UNSETTLED_KEYS] as const;
/** Reads the time of the mark from the index. */
export const readUndetectedSince = itemReader('images', z.object({ settle_at: z.string() }));

const readRecord = itemReader('images', ImageRecord);
const readTombstone = itemReader('images', Tombstone);
export const recordOf = (item: Item): ImageRecord =>
  item.status === 'purged' ? purgedRecord(readTombstone(item)) : readRecord(item);

/** Reads an image's id alone. */
export const readImageId = itemReader('images', z.object({ image_id: ImageIdField }));

/** Stored little-endian, as all supported platforms have it in memory. */
const bytesOf = (values: Float32Array | Int8Array): Uint8Array =>
  new Uint8Array(values.buffer, values.byteOffset, values.byteLength);

export const vectorsItem = ({ semantic, copy, local }: Embedding): Item => ({
  semantic: bytesOf(semantic),
  copy: bytesOf(copy),
  ...(local && { local: bytesOf(local) }),
});

const Bytes = z.instanceof(Uint8Array); // a view of the SDK's buffer: reading it copies nothing
const Vectors = z.object({
  image_id: ImageIdField,
  semantic: Bytes,
  copy: Bytes,
  local: Bytes.exactOptional(),
});
/** Reads the vectors of one image by one model. */
export const readVectors = itemReader('images', Vectors);

export const embeddingOf = ({ semantic, copy, local }: z.infer<typeof Vectors>): Embedding => ({
  // slice(): the SDK's buffer may be unaligned, and floats must be aligned
  semantic: new Float32Array(semantic.slice().buffer),
  copy: new Float32Array(copy.slice().buffer),
  ...(local && { local: new Int8Array(local.slice().buffer) }),
});
