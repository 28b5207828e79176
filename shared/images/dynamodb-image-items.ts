import {
  externalIdPartition,
  imageKey,
  type Key,
  sha256Partition,
  statusPartition,
  statusPosition,
} from '#shared/aws/dynamodb-keys.ts';
import type { Item } from '#shared/aws/dynamodb-table.ts';
import type { Embedding } from '#shared/embedding/embedder.ts';
import type { ImageRecord } from './image-record.ts';
import { purgedRecord } from './tombstone.ts';

/** A new record with its places in the indexes. */
export const imageItem = (record: ImageRecord): Item & Key => ({
  ...imageKey(record.tenant_id, record.image_id),
  ...record,
  gsi_status: statusPartition(record.tenant_id, record.status),
  gsi_status_at: statusPosition(record),
  ...(record.external_id && { gsi_external_id: externalIdPartition(record.tenant_id, record.external_id) }),
  ...(record.hash_sha256 && { gsi_sha256: sha256Partition(record.tenant_id, record.hash_sha256) }),
});

/** The record without what only the table needs. The cast: nothing but this adapter writes these items. */
export function recordOf(item: Item): ImageRecord {
  const { pk, sk, gsi_status, gsi_status_at, gsi_external_id, gsi_sha256, original_event, ...rest } = item;
  const record = rest as unknown as ImageRecord;
  return record.status === 'purged' ? purgedRecord({ ...record, status: 'purged' }) : record;
}

/** Every platform that we run on is little-endian, so memory is the stored format. */
const bytesOf = (values: Float32Array | Int8Array): Uint8Array =>
  new Uint8Array(values.buffer, values.byteOffset, values.byteLength);

export const vectorsItem = ({ semantic, copy, local }: Embedding): Item => ({
  semantic: bytesOf(semantic),
  copy: bytesOf(copy),
  ...(local && { local: bytesOf(local) }),
});

export function embeddingOf({ semantic, copy, local }: Item): Embedding {
  if (!(semantic instanceof Uint8Array) || !(copy instanceof Uint8Array)) {
    throw new TypeError('An item of vectors holds no vectors');
  }
  return {
    // slice(): what the SDK hands out lies anywhere in memory, floats must be aligned
    semantic: new Float32Array(semantic.slice().buffer),
    copy: new Float32Array(copy.slice().buffer),
    ...(local instanceof Uint8Array && { local: new Int8Array(local.slice().buffer) }),
  };
}
