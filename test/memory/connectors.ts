import { Readable } from 'node:stream';
import { capBytes, tooManyBytes } from '#shared/connectors/byte-cap.ts';
import type { Connector, Probe, StorageObject } from '#shared/connectors/connector.ts';
import type { Connectors } from '#shared/connectors/connectors.ts';
import type { StorageId, TenantId } from '#shared/kernel/ids.ts';
import { Problem } from '#shared/kernel/problems.ts';

interface Stored extends StorageObject {
  bytes: Uint8Array;
}

/** Faults of a storage, which tests set and unset at any time. */
export interface Faults {
  /**
   * Called before each page of a listing, from 0; may wait, or throw.
   * @returns `empty`: the page is empty, and the listing goes on; `end`: it ends here as if it were complete
   */
  page?: (page: number) => Promise<'empty' | 'end' | undefined> | 'empty' | 'end' | undefined;
  /** Called before an object is looked up; may throw. @returns `absent`: it seems not to be there */
  stating?: (key: string) => 'absent' | undefined;
  /** Called before an object is opened; may wait, throw, or change the storage. */
  opening?: (key: string) => Promise<void> | void;
  /** Called at every probe, in place of trying. */
  probe?: () => Promise<Probe> | Probe;
  /** No `put` and no `remove`. */
  readOnly?: boolean;
}

/** One tenant's storage in memory: what the tenant does to it, and what was asked of it. */
export interface MemoryStorage {
  put(key: string, bytes: Uint8Array, options?: { archived?: boolean; changedAt?: string }): void;
  remove(key: string): void;
  keys(): string[];
  faults: Faults;
  /** Calls so far. */
  readonly calls: { probe: number; pages: number; stat: number; open: number; put: number; remove: number };
}

export interface MemoryConnectors extends Connectors {
  /** The storage of a location; it is there, empty, before it is opened. */
  storage(tenant: TenantId, storage: StorageId): MemoryStorage;
}

const CHUNK = 65_536;
function* chunksOf(bytes: Uint8Array): Generator<Buffer> {
  for (let start = 0; start < bytes.length; start += CHUNK)
    yield Buffer.from(bytes.subarray(start, start + CHUNK));
}

const byUtf8 = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b));

/** Storages in memory, for tests. @param options.pageSize objects in a page of a listing */
export function memoryConnectors({ pageSize = 1_000 }: { pageSize?: number } = {}): MemoryConnectors {
  const storages = new Map<string, ReturnType<typeof newStorage>>();
  const storageOf = (tenant: TenantId, storage: StorageId) => {
    const id = `${tenant}/${storage}`;
    const opened = storages.get(id) ?? newStorage();
    storages.set(id, opened);
    return opened;
  };
  return {
    storage: storageOf,
    async open(tenant, { storage_id, prefix }) {
      return connectorTo(storageOf(tenant, storage_id), prefix, pageSize);
    },
  };
}

function newStorage() {
  const objects = new Map<string, Stored>();
  let changes = 0;
  const storage: MemoryStorage & { objects: Map<string, Stored> } = {
    objects,
    put(key, bytes, { archived = false, changedAt = new Date().toISOString() } = {}) {
      changes += 1;
      const changeToken = `"${changes}"`;
      objects.set(key, {
        key,
        bytes: bytes.slice(),
        size: bytes.length,
        changedAt,
        changeToken,
        archived,
      });
    },
    remove(key) {
      objects.delete(key);
    },
    keys: () => [...objects.keys()].sort(byUtf8),
    faults: {},
    calls: { probe: 0, pages: 0, stat: 0, open: 0, put: 0, remove: 0 },
  };
  return storage;
}

function connectorTo(storage: ReturnType<typeof newStorage>, prefix: string, pageSize: number): Connector {
  const { objects, calls } = storage;
  const listed = ({ bytes: _, ...object }: Stored): StorageObject => object;
  const unchanged = (key: string, changeToken: string): Stored | undefined => {
    const object = objects.get(key);
    if (object && object.changeToken !== changeToken)
      throw new Problem('object_changed', `The object ${key} has changed since it was listed.`);
    return object;
  };
  const checkWritable = () => {
    if (!storage.faults.readOnly) return;
    throw new Problem('storage_access_denied', 'The credentials of the storage do not allow to write.');
  };
  return {
    async probe() {
      calls.probe += 1;
      if (storage.faults.probe) return storage.faults.probe();
      const isEmpty = ![...objects.keys()].some((key) => key.startsWith(prefix));
      return { list: true, read: isEmpty ? 'empty' : true, trust: 'not_applicable' };
    },
    async *list({ after, signal }) {
      const keys = storage
        .keys()
        .filter((key) => key.startsWith(prefix) && (after === undefined || byUtf8(key, after) > 0));
      let start = 0;
      for (let page = 0; page === 0 || start < keys.length; page += 1) {
        signal?.throwIfAborted();
        calls.pages += 1;
        const fault = await storage.faults.page?.(page);
        if (fault === 'end') return;
        if (fault === 'empty') {
          yield [];
          continue;
        }
        const found = keys.slice(start, start + pageSize).flatMap((key) => objects.get(key) ?? []);
        start += pageSize;
        yield found.map(listed);
      }
    },
    async stat(key) {
      calls.stat += 1;
      if (storage.faults.stating?.(key) === 'absent') return undefined;
      const object = objects.get(key);
      return object && listed(object);
    },
    async open({ key, changeToken }, { maxBytes, ...options }) {
      calls.open += 1;
      await storage.faults.opening?.(key);
      options.signal?.throwIfAborted();
      const object = unchanged(key, changeToken);
      if (!object) throw new Problem('not_found', `The storage has no object ${key}.`);
      if (object.archived) throw new Problem('archived_object', `The object ${key} is in an archive tier.`);
      if (object.size > maxBytes) throw tooManyBytes(maxBytes);
      return capBytes(Readable.from(chunksOf(object.bytes)), { maxBytes, ...options });
    },
    async put(key, bytes) {
      calls.put += 1;
      checkWritable();
      storage.put(key, bytes);
    },
    async remove({ key, changeToken }) {
      calls.remove += 1;
      checkWritable();
      const object = unchanged(key, changeToken);
      if (!object) return false;
      objects.delete(key);
      return true;
    },
  };
}
