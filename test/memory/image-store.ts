import type { Embedding } from '#shared/embedding/embedder.ts';
import { splitByExternalId } from '#shared/images/external-ids.ts';
import { passes } from '#shared/images/image-filter.ts';
import {
  type ImageRecord,
  isRefused,
  isRefusedForGood,
  type PurgeReceipt,
  restartedFrom,
  statusesBefore,
} from '#shared/images/image-record.ts';
import type { ImageStore } from '#shared/images/image-store.ts';
import { countedBytes, fitting, hasRoom, type QuotaUse, type Stored, sumOf } from '#shared/images/quota.ts';
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
  /** What retries a failed image, in JSON. */
  const originals = new Map<string, string>();
  const receipts = new Map<string, PurgeReceipt>();
  const changes = new Map<TenantId, number>();
  /** When the unsettled images are due. */
  const due = new Map<string, string>();
  /** Since when images are undetected, also of those that are so no more. */
  const undetectedFrom = new Map<string, string>();
  /** What was admitted and purged, and when. */
  const storedSteps: { tenant: TenantId; time: string; images: 1 | -1; bytes: number }[] = [];
  const at = (tenant: TenantId, image: ImageId) => `${tenant}/${image}`;
  const countChange = (tenant: TenantId) => changes.set(tenant, (changes.get(tenant) ?? 0) + 1);

  const move = (
    tenant: TenantId,
    image: ImageId,
    to: ImageStatus,
    changed: (record: ImageRecord) => ImageRecord,
    from = statusesBefore(to),
  ) => {
    const record = records.get(at(tenant, image));
    if (!record) return undefined;
    const moved = from.includes(record.status);
    const next = moved ? structuredClone({ ...changed(record), status: to }) : record;
    records.set(at(tenant, image), next);
    if (moved && (to === 'indexed' || to === 'purged')) countChange(tenant);
    return { moved, record: structuredClone(next) };
  };
  const stepped = (record: ImageRecord, to: ImageStatus, time: string, change: Partial<ImageRecord>) => {
    const { failure: _, ...rest } = record;
    if (to === 'indexed') undetectedFrom.set(at(record.tenant_id, record.image_id), time);
    const mark = to === 'indexed' && { undetected: true as const };
    return { ...rest, ...change, ...mark, [`${to}_at`]: time, updated_at: time };
  };
  const quotaUse = (tenant: TenantId): QuotaUse => {
    const sum = (of: 'stored_bytes' | 'reserved_bytes') => {
      const sizes = [...records.values()].flatMap((record) =>
        record.tenant_id === tenant ? (record[of] ?? []) : [],
      );
      return { images: sizes.length, bytes: sizes.reduce((total, size) => total + size, 0) };
    };
    return { stored: sum('stored_bytes'), reserved: sum('reserved_bytes') };
  };
  /** Returns true if there is room for `size` bytes in place of what is reserved for the image. */
  const hasRoomInstead = (tenant: TenantId, { reserved_bytes }: ImageRecord, size: number, quota: Stored) => {
    const { stored, reserved } = quotaUse(tenant);
    if (reserved_bytes === undefined) return hasRoom(sumOf(stored, reserved), size, quota);
    return size <= reserved_bytes || stored.bytes + reserved.bytes + size - reserved_bytes <= quota.bytes;
  };
  const failTo =
    (to: ImageStatus, from: readonly ImageStatus[]): ImageStore['fail'] =>
    async (tenant, image, failure, time, original) => {
      const failed = ({ undetected: _, ...record }: ImageRecord) => ({
        ...record,
        failure,
        updated_at: time,
      });
      const step = move(tenant, image, to, failed, from);
      if (step?.moved) originals.set(at(tenant, image), JSON.stringify(original));
      return step;
    };
  const dueAfter = (time: string) => new Date(Date.parse(time) + 3_600_000).toISOString();

  return {
    async create(record) {
      const key = at(record.tenant_id, record.image_id);
      if (records.has(key)) throw new Problem('conflict', `${record.image_id} exists.`);
      records.set(key, structuredClone(record));
    },
    async announce(tenant, announced, quota) {
      if (announced.some(({ image_id }) => records.has(at(tenant, image_id))))
        throw new Problem('dependency_unavailable', 'An image of them was announced meanwhile.');
      const owners = [...records.values()].flatMap(({ tenant_id, external_id, image_id }) =>
        tenant_id === tenant && external_id !== undefined ? [[external_id, image_id] as const] : [],
      );
      const { free, taken } = splitByExternalId(announced, new Map(owners));
      const reserved = fitting(free, quotaUse(tenant), quota).map((record) => {
        const reserved = { ...record, reserved_bytes: countedBytes(record, record.file_size) };
        records.set(at(tenant, record.image_id), structuredClone(reserved));
        due.set(at(tenant, record.image_id), dueAfter(record.created_at));
        return reserved;
      });
      return { announced: reserved, taken };
    },
    async reserve(tenant, image, size, quota) {
      const record = structuredClone(records.get(at(tenant, image)));
      if (!record) return undefined;
      if (record.stored_bytes !== undefined || (record.reserved_bytes ?? -1) >= size)
        return { moved: true, full: false, record };
      if (!statusesBefore('validated').includes(record.status)) return { moved: false, full: false, record };
      if (!hasRoomInstead(tenant, record, size, quota)) return { moved: false, full: true, record };
      const reserved = { ...record, reserved_bytes: size };
      records.set(at(tenant, image), reserved);
      due.set(at(tenant, image), dueAfter(record.created_at));
      return { moved: true, full: false, record: structuredClone(reserved) };
    },
    async release(tenant, image) {
      const record = records.get(at(tenant, image));
      if (!record || !isRefused(record) || record.reserved_bytes === undefined) return false;
      const { reserved_bytes: _, ...rest } = record;
      records.set(at(tenant, image), rest);
      return true;
    },
    async expire(tenant, image) {
      const record = records.get(at(tenant, image));
      if (record?.status !== 'pending_upload' || record.reserved_bytes === undefined) return false;
      due.delete(at(tenant, image));
      return records.delete(at(tenant, image));
    },
    async *unsettled(time) {
      for (const [key, dueAt] of [...due])
        if (dueAt <= time) {
          const { tenant_id, image_id } = records.get(key) ?? {};
          if (tenant_id && image_id) yield { tenant_id, image_id };
        }
    },
    async settle(tenant, image, again) {
      if (!due.has(at(tenant, image))) return;
      if (again === undefined) due.delete(at(tenant, image));
      else due.set(at(tenant, image), again);
    },
    async get(tenant, image) {
      return structuredClone(records.get(at(tenant, image)));
    },
    async getMany(tenant, images) {
      return images.flatMap((image) => structuredClone(records.get(at(tenant, image))) ?? []);
    },
    async list(tenant, query) {
      const { cursor, limit, ascending, ...filter } = query;
      const found = [...records.values()].filter(
        (record) => record.tenant_id === tenant && passes(filter, record),
      );
      return pageOf(
        found,
        (record) => record.image_id,
        [tenant, 'images', JSON.stringify(filter), String(ascending)],
        IMAGE_ID_PATTERN,
        cursor,
        limit,
        ascending,
      );
    },
    async oldest(tenant, status) {
      const found = [...records.values()].filter(
        (record) => record.tenant_id === tenant && record.status === status,
      );
      return structuredClone(found.sort((one, other) => (one.created_at < other.created_at ? -1 : 1))[0]);
    },
    async undetectedSince(tenant) {
      return [...records.values()]
        .filter((record) => record.tenant_id === tenant && record.undetected)
        .map(({ image_id, updated_at }) => undetectedFrom.get(at(tenant, image_id)) ?? updated_at)
        .sort()[0];
    },
    async findBySha256(tenant, sha256, limit) {
      return [...records.values()]
        .filter((record) => record.tenant_id === tenant && record.hash_sha256 === sha256)
        .map((record) => record.image_id)
        .sort()
        .slice(0, limit);
    },
    async advance(tenant, image, to, time, change = {}) {
      const record = records.get(at(tenant, image));
      if (record && isRefusedForGood(record)) return { moved: false, record: structuredClone(record) };
      return move(tenant, image, to, (before) => stepped(before, to, time, change));
    },
    async admit(tenant, image, time, change, quota) {
      const record = records.get(at(tenant, image));
      if (!record) return undefined;
      const counted =
        record.stored_bytes !== undefined || !statusesBefore('validated').includes(record.status);
      if (!counted && !hasRoomInstead(tenant, record, countedBytes(record, change.file_size), quota))
        return { moved: false, full: true, record: structuredClone(record) };
      const stored_bytes = record.stored_bytes ?? countedBytes(record, change.file_size);
      const step = move(tenant, image, 'validated', ({ reserved_bytes: _, ...before }) =>
        stepped(before, 'validated', time, { ...change, stored_bytes }),
      );
      if (step?.moved) due.delete(at(tenant, image));
      if (step?.moved && record.stored_bytes === undefined)
        storedSteps.push({ tenant, time, images: 1, bytes: stored_bytes });
      return step && { ...step, full: false };
    },
    async stored(tenant) {
      return quotaUse(tenant).stored;
    },
    async storedAt(tenant, period) {
      const later = storedSteps.filter((step) => step.tenant === tenant && step.time.slice(0, 7) > period);
      const { images, bytes } = quotaUse(tenant).stored;
      return {
        images: images - later.reduce((sum, step) => sum + step.images, 0),
        bytes: bytes - later.reduce((sum, step) => sum + step.bytes, 0),
      };
    },
    async storedOf(tenants) {
      return new Map(tenants.map((tenant) => [tenant, quotaUse(tenant).stored]));
    },
    async quotaUse(tenant) {
      return quotaUse(tenant);
    },
    async libraryVersion(tenant) {
      return String(changes.get(tenant) ?? 0);
    },
    fail: failTo('failed', statusesBefore('failed')),
    refuse: failTo('failed', statusesBefore('validated')),
    noteFailure: failTo('indexed', ['indexed']),
    async noteDetected(tenant, image) {
      const record = records.get(at(tenant, image));
      if (record?.status !== 'indexed') return;
      const { failure: _, undetected: __, ...rest } = record;
      records.set(at(tenant, image), rest);
    },
    async originalEvent(tenant, image) {
      const original = originals.get(at(tenant, image));
      return records.get(at(tenant, image))?.failure && original !== undefined
        ? JSON.parse(original)
        : undefined;
    },
    async restart(tenant, image, to, time) {
      const mark = to === 'indexed' && { undetected: true as const };
      if (mark) undetectedFrom.set(at(tenant, image), time);
      const restarted = ({ retries = 0, ...record }: ImageRecord) => ({
        ...{ ...record, ...mark },
        retries: retries + 1,
        updated_at: time,
      });
      return move(tenant, image, to, restarted, restartedFrom(to))?.moved ?? false;
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
    async setHidden(tenant, image, hidden) {
      const record = records.get(at(tenant, image));
      if (record?.status !== 'indexed') return false;
      const { hidden: _, ...rest } = record;
      records.set(at(tenant, image), { ...rest, ...(hidden && { hidden: true as const }) });
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
      const { stored_bytes: bytes } = records.get(at(tenant, image)) ?? {};
      const step = move(tenant, image, 'purged', (record) => purgedRecord(tombstoneOf(record, time)));
      if (step?.moved) due.set(at(tenant, image), dueAfter(time));
      if (step?.moved && bytes !== undefined) storedSteps.push({ tenant, time, images: -1, bytes: -bytes });
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
