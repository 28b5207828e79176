import type { JobId, StorageId, TenantId } from '#shared/kernel/ids.ts';
import type {
  Catalogue,
  CatalogueChange,
  CatalogueEntry,
  ChangedObject,
  Counts,
} from '#shared/scans/catalogue.ts';
import { compareKeys } from '#shared/scans/compare-objects.ts';

/** A catalogue in memory, for tests. */
export function memoryCatalogue(): Catalogue & {
  entries(tenant: TenantId, storage: StorageId): CatalogueEntry[];
  readonly writes: () => number;
} {
  const locations = new Map<string, Map<string, CatalogueEntry>>();
  const counted = new Map<string, Record<string, number>>();
  const noted = new Map<string, Map<string, ChangedObject>>();
  let writes = 0;
  let marks = 0;
  const notesOf = (tenant: TenantId, storage: StorageId) => {
    const name = `${tenant}/${storage}`;
    const notes = noted.get(name) ?? new Map<string, ChangedObject>();
    noted.set(name, notes);
    return notes;
  };
  const at = (tenant: TenantId, storage: StorageId) => {
    const name = `${tenant}/${storage}`;
    const location = locations.get(name) ?? new Map<string, CatalogueEntry>();
    locations.set(name, location);
    return location;
  };
  const sorted = (tenant: TenantId, storage: StorageId) =>
    [...at(tenant, storage).values()].sort((one, other) => compareKeys(one.key, other.key));
  const writeOne = (tenant: TenantId, storage: StorageId, { before, after }: CatalogueChange): boolean => {
    const location = at(tenant, storage);
    const key = after?.key ?? before?.key ?? '';
    const there = location.get(key);
    if (there?.revision !== before?.revision || there?.pending !== before?.pending) return false;
    writes += 1;
    if (after) location.set(key, { ...structuredClone(after), revision: (before?.revision ?? 0) + 1 });
    else location.delete(key);
    return true;
  };
  const queuedOf = (tenant: TenantId, job?: JobId) =>
    [...locations].flatMap(([name, location]) =>
      name.startsWith(`${tenant}/`)
        ? [...location.values()].flatMap(({ key, state, pending, job: by }) =>
            state === 'queued' && pending && (job === undefined || by === job)
              ? [{ storage: name.slice(tenant.length + 1) as StorageId, key, image: pending }]
              : [],
          )
        : [],
    );
  return {
    writes: () => writes,
    entries: sorted,
    async get(tenant, storage, keys) {
      const location = at(tenant, storage);
      return new Map(
        keys.flatMap((key) => {
          const entry = location.get(key);
          return entry ? [[key, structuredClone(entry)] as const] : [];
        }),
      );
    },
    async *range(tenant, storage, { after, to }) {
      for (const entry of sorted(tenant, storage)) {
        if (after !== undefined && compareKeys(entry.key, after) <= 0) continue;
        if (to !== undefined && compareKeys(entry.key, to) > 0) return;
        yield structuredClone(entry);
      }
    },
    async write(tenant, storage, changes) {
      return changes.map((change) => writeOne(tenant, storage, change));
    },
    async settle(tenant, storage, job, changes) {
      const id = `${tenant}/${job}`;
      return changes.map((change) => {
        if (!writeOne(tenant, storage, change)) return false;
        const sums = counted.get(id) ?? {};
        for (const [name, count] of Object.entries(change.counts)) sums[name] = (sums[name] ?? 0) + count;
        counted.set(id, sums);
        return true;
      });
    },
    async counts(tenant, job): Promise<Counts> {
      return { ...counted.get(`${tenant}/${job}`) };
    },
    async *queued(tenant, job) {
      yield* queuedOf(tenant, job);
    },
    async countQueued(tenant) {
      return queuedOf(tenant).length;
    },
    async noteChanged(tenant, storage, key) {
      marks += 1;
      notesOf(tenant, storage).set(key, { key, mark: String(marks) });
    },
    async changed(tenant, storage, most) {
      const notes = [...notesOf(tenant, storage).values()];
      return notes.sort((one, other) => compareKeys(one.key, other.key)).slice(0, most);
    },
    async forgetChanged(tenant, storage, notes) {
      const own = notesOf(tenant, storage);
      for (const { key, mark } of notes) if (own.get(key)?.mark === mark) own.delete(key);
    },
    async removeSome(tenant, storage) {
      const notes = notesOf(tenant, storage);
      const changed = [...notes.keys()].filter((key) => notes.delete(key)).length;
      const keys = sorted(tenant, storage)
        .slice(0, 1_000)
        .map(({ key }) => key);
      return changed + keys.filter((key) => at(tenant, storage).delete(key)).length;
    },
  };
}
