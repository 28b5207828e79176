import type { Embedding } from '#shared/embedding/embedder.ts';
import type { Heartbeats } from '#shared/health/heartbeats.ts';
import { type ImageRecord, type PurgeReceipt, statusesBefore } from '#shared/images/image-record.ts';
import type { ImageStore } from '#shared/images/image-store.ts';
import type { Stored } from '#shared/images/quota.ts';
import { hasRoom } from '#shared/images/quota.ts';
import { purgedRecord, tombstoneOf } from '#shared/images/tombstone.ts';
import { IMAGE_ID_PATTERN, type ImageId, type TenantId } from '#shared/kernel/ids.ts';
import { Problem } from '#shared/kernel/problems.ts';
import type { ImageStatus } from '#shared/kernel/vocabulary.ts';
import { pageOf } from './page.ts';

/** Images in memory, for tests: the rules of the DynamoDB store, without waiting. */
export function memoryImageStore(): ImageStore {
  const records = new Map<string, ImageRecord>();
  const vectors = new Map<string, Map<string, Embedding>>();
  const archived = new Map<string, Set<string>>();
  const receipts = new Map<string, PurgeReceipt>();
  const changes = new Map<TenantId, number>();
  const at = (tenant: TenantId, image: ImageId) => `${tenant}/${image}`;
  const countChange = (tenant: TenantId) => changes.set(tenant, (changes.get(tenant) ?? 0) + 1);

  const move = (
    tenant: TenantId,
    image: ImageId,
    to: ImageStatus,
    changed: (record: ImageRecord) => ImageRecord,
  ) => {
    const record = records.get(at(tenant, image));
    if (!record) return undefined;
    const moved = statusesBefore(to).includes(record.status);
    const next = moved ? structuredClone({ ...changed(record), status: to }) : record;
    records.set(at(tenant, image), next);
    if (moved && (to === 'indexed' || to === 'purged')) countChange(tenant);
    return { moved, record: structuredClone(next) };
  };
  const stepped = (record: ImageRecord, to: ImageStatus, time: string, change: Partial<ImageRecord>) => {
    const { failure: _, ...rest } = record;
    return { ...rest, ...change, [`${to}_at`]: time, updated_at: time };
  };
  const stored = (tenant: TenantId): Stored => {
    const sizes = [...records.values()].flatMap(({ tenant_id, stored_bytes }) =>
      tenant_id === tenant ? (stored_bytes ?? []) : [],
    );
    return { images: sizes.length, bytes: sizes.reduce((sum, size) => sum + size, 0) };
  };

  return {
    async create(record) {
      const key = at(record.tenant_id, record.image_id);
      if (records.has(key)) throw new Problem('conflict', `${record.image_id} exists.`);
      records.set(key, structuredClone(record));
    },
    async get(tenant, image) {
      return structuredClone(records.get(at(tenant, image)));
    },
    async getMany(tenant, images) {
      return images.flatMap((image) => structuredClone(records.get(at(tenant, image))) ?? []);
    },
    async list(tenant, { status, externalId, cursor, limit }) {
      const found = [...records.values()].filter(
        (record) =>
          record.tenant_id === tenant &&
          record.status !== 'purged' &&
          (status === undefined || record.status === status) &&
          (externalId === undefined || record.external_id === externalId),
      );
      return pageOf(
        found,
        (record) => record.image_id,
        [tenant, 'images', status, externalId],
        IMAGE_ID_PATTERN,
        cursor,
        limit,
      );
    },
    async oldest(tenant, status) {
      const found = [...records.values()].filter(
        (record) => record.tenant_id === tenant && record.status === status,
      );
      return structuredClone(found.sort((one, other) => (one.created_at < other.created_at ? -1 : 1))[0]);
    },
    async findBySha256(tenant, sha256) {
      return [...records.values()]
        .filter((record) => record.tenant_id === tenant && record.hash_sha256 === sha256)
        .map((record) => record.image_id);
    },
    async advance(tenant, image, to, time, change = {}) {
      return move(tenant, image, to, (record) => stepped(record, to, time, change));
    },
    async admit(tenant, image, time, change, quota) {
      const record = records.get(at(tenant, image));
      if (!record) return undefined;
      const counted =
        record.stored_bytes !== undefined || !statusesBefore('validated').includes(record.status);
      if (!counted && !hasRoom(stored(tenant), change.file_size, quota))
        return { moved: false, full: true, record: structuredClone(record) };
      const stored_bytes = record.stored_bytes ?? change.file_size;
      const step = move(tenant, image, 'validated', (before) =>
        stepped(before, 'validated', time, { ...change, stored_bytes }),
      );
      return step && { ...step, full: false };
    },
    async stored(tenant) {
      return stored(tenant);
    },
    async storedOf(tenants) {
      return new Map(tenants.map((tenant) => [tenant, stored(tenant)]));
    },
    async libraryVersion(tenant) {
      return String(changes.get(tenant) ?? 0);
    },
    async fail(tenant, image, failure, time) {
      return move(tenant, image, 'failed', (record) => ({ ...record, failure, updated_at: time }));
    },
    async noteModel(tenant, image, model, time) {
      const record = records.get(at(tenant, image));
      if (record?.status !== 'indexed') return false;
      if (record.models.includes(model)) return true;
      const models = [...record.models, model];
      records.set(at(tenant, image), { ...record, models, updated_at: time });
      countChange(tenant);
      return true;
    },
    async putVectors(tenant, image, model, embedding) {
      const key = at(tenant, image);
      if ((records.get(key)?.status ?? 'purged') === 'purged') return false;
      vectors.set(key, new Map(vectors.get(key)).set(model, structuredClone(embedding)));
      return true;
    },
    async getVectors(tenant, images, model) {
      const found = new Map<ImageId, Embedding>();
      for (const image of images) {
        const embedding = vectors.get(at(tenant, image))?.get(model);
        if (embedding) found.set(image, structuredClone(embedding));
      }
      return found;
    },
    async removeVectors(tenant, image) {
      const count = vectors.get(at(tenant, image))?.size ?? 0;
      vectors.delete(at(tenant, image));
      if (changes.has(tenant)) countChange(tenant);
      return count;
    },
    async noteArchived(tenant, image, key) {
      archived.set(at(tenant, image), new Set(archived.get(at(tenant, image))).add(key));
    },
    async archivedKeys(tenant, image) {
      return [...(archived.get(at(tenant, image)) ?? [])].sort();
    },
    async markPurged(tenant, image, time) {
      const step = move(tenant, image, 'purged', (record) => purgedRecord(tombstoneOf(record, time)));
      return step?.moved ?? false;
    },
    async putReceipt(tenant, receipt) {
      receipts.set(at(tenant, receipt.image_id), structuredClone(receipt));
    },
    async getReceipt(tenant, image) {
      return structuredClone(receipts.get(at(tenant, image)));
    },
  };
}

/** Heartbeats in memory, for tests. */
export function memoryHeartbeats(): Heartbeats {
  const heartbeats = new Map<string, { at: string; detail: string; expires: number }>();
  return {
    async record(service, at, ttlSeconds, detail) {
      heartbeats.set(service, { at: at.toISOString(), detail, expires: at.getTime() + ttlSeconds * 1000 });
    },
    async last(service) {
      const heartbeat = heartbeats.get(service);
      return heartbeat && heartbeat.expires > Date.now()
        ? { at: heartbeat.at, detail: heartbeat.detail }
        : undefined;
    },
  };
}
