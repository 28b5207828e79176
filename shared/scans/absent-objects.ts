import type { ImageId } from '#shared/kernel/ids.ts';
import { Problem } from '#shared/kernel/problems.ts';
import type { CatalogueChange, CatalogueEntry, Counts } from './catalogue.ts';
import { compareAbsent, isGone } from './compare-objects.ts';
import { absentCounts, type ScanContext } from './scan-page.ts';
import type { ScanPorts } from './scan-ports.ts';
import { added } from './scan-progress.ts';

/** Entries of the catalogue that are handled together. */
const SLICE = 500;
/** More missing images than this, and this share of all, are confirmed by a person. */
const MANY = 100;
const MANY_SHARE = 0.05;

/** What became of a slice of the catalogue. `after`: the last key of it; undefined at the end. */
export interface Slice {
  after: string | undefined;
  counts: Counts;
}

/** Returns true if a person has to confirm that so many images are missing: a storage may have answered wrongly. */
export function isAlarming({ progress, confirmed }: ScanContext['job'], hasImages: boolean): boolean {
  if (confirmed) return false;
  const { gone = 0, same = 0, changed = 0, listed = 0 } = progress;
  if (listed === 0 && hasImages) return true;
  return gone > MANY && gone > MANY_SHARE * (gone + same + changed);
}

/** Returns true if the catalogue has an image of the location. */
export async function hasImages(ports: ScanPorts, { owner, location }: ScanContext): Promise<boolean> {
  for await (const { image, state } of ports.catalogue.range(owner.tenant_id, location.storage_id, {}))
    if (image !== undefined && state !== 'missing') return true;
  return false;
}

/**
 * Notes of the objects behind the end of a listing that the scan did not meet them; on an unordered server, of all objects
 * that it did not see.
 */
export async function noteAbsent(
  ports: ScanPorts,
  context: ScanContext,
  after: string | undefined,
): Promise<Slice> {
  const { number, job, owner, location } = context;
  const { entries, last } = await sliceOf(ports, context, after);
  const absent = entries.filter(({ seen }) => !job.unordered || seen !== number);
  const changes = absent.flatMap((entry) => compareAbsent(number, entry) ?? []);
  if (!job.dry_run) await writeAll(ports, owner.tenant_id, location.storage_id, changes);
  return { after: last, counts: absentCounts(number, absent) };
}

/**
 * Handles the objects of a slice that are missing as the location says: hides their images, or purges them once they have
 * been missing for so many days.
 */
export async function handleMissing(
  ports: ScanPorts,
  context: ScanContext,
  after: string | undefined,
): Promise<Slice> {
  const { imageStore, visibility, purge, now } = ports;
  const { number, job, owner, location } = context;
  const tenant = owner.tenant_id;
  const { entries, last } = await sliceOf(ports, context, after);
  const at = job.started_at; // so that a slice which is handled again counts the same
  let counts: Counts = {};
  const changes: CatalogueChange[] = [];
  const hidden: ImageId[] = [];
  for (const entry of entries) {
    if (isToPurge(context, entry, now())) {
      if (entry.image) await purge(tenant, entry.image);
      changes.push({ before: entry, after: undefined });
      counts = added(counts, { purged: 1 });
      continue;
    }
    if (entry.state === 'missing')
      counts = added(counts, { missing_total: 1, ...(entry.missingSince === at && { missing: 1 }) });
    // An empty listing that someone has confirmed is as good as two.
    const confirmedEmpty =
      job.confirmed &&
      (job.progress.listed ?? 0) === 0 &&
      entry.state !== 'missing' &&
      entry.state !== 'queued';
    if (!isGone(number, entry) && !confirmedEmpty) continue;
    if (entry.image && location.on_missing !== 'keep') hidden.push(entry.image);
    changes.push({ before: entry, after: { ...entry, state: 'missing', missingSince: at } });
    counts = added(counts, { missing: 1, missing_total: 1 });
  }
  for (const record of await imageStore.getMany(tenant, hidden)) await visibility.hide(tenant, record);
  await writeAll(ports, tenant, location.storage_id, changes);
  return { after: last, counts };
}

const DAY = 24 * 3_600_000;
const isToPurge = (
  { location: { on_missing, days = 0 } }: ScanContext,
  { state, missingSince }: CatalogueEntry,
  now: Date,
): boolean =>
  on_missing === 'delete_after_days' &&
  state === 'missing' &&
  missingSince !== undefined &&
  now.getTime() - Date.parse(missingSince) >= days * DAY;

async function sliceOf(
  { catalogue }: ScanPorts,
  { owner, location }: ScanContext,
  after: string | undefined,
): Promise<{ entries: CatalogueEntry[]; last: string | undefined }> {
  const entries: CatalogueEntry[] = [];
  for await (const entry of catalogue.range(owner.tenant_id, location.storage_id, { after })) {
    entries.push(entry);
    if (entries.length === SLICE) return { entries, last: entry.key };
  }
  return { entries, last: undefined };
}

async function writeAll(
  { catalogue }: ScanPorts,
  tenant: ScanContext['owner']['tenant_id'],
  storage: ScanContext['location']['storage_id'],
  changes: readonly CatalogueChange[],
): Promise<void> {
  const written = await catalogue.write(tenant, storage, changes);
  if (written.includes(false))
    throw new Problem('dependency_unavailable', 'Objects were written meanwhile. They are compared again.');
}
