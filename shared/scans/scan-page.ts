import type { StorageObject } from '#shared/connectors/connector.ts';
import { quotaOf } from '#shared/images/quota.ts';
import type { Scan } from '#shared/jobs/job.ts';
import { limitsOf } from '#shared/kernel/plans.ts';
import { Problem } from '#shared/kernel/problems.ts';
import type { ScanWait } from '#shared/kernel/vocabulary.ts';
import type { StorageLocation } from '#shared/storages/storage-location.ts';
import type { Tenant } from '#shared/tenants/tenant.ts';
import type { CatalogueChange, CatalogueEntry } from './catalogue.ts';
import { type Compared, compareAbsent, compareObject, isGone } from './compare-objects.ts';
import type { ImportMessage } from './import-message.ts';
import type { ScanPorts } from './scan-ports.ts';
import { added } from './scan-progress.ts';
import { skipReason } from './skip-reason.ts';

/** Objects of a tenant that are queued and not ended, at most, over all of its scans. */
export const MAX_IN_FLIGHT = 1_000;

/** A scan in work. */
export interface ScanContext {
  job: Scan;
  /** Of the whole location: it can tell what is missing. */
  isWhole: boolean;
  number: number;
  location: StorageLocation;
  owner: Tenant;
}

/** True for pages that are compared by their keys alone, not with all that lies between them. */
const isByKeys = ({ unordered, source }: Scan): boolean => unordered === true || source === 'events';

/** What became of a page. */
export interface PageOutcome {
  /** Objects that were handled, from the first on. */
  handled: number;
  /** Counts to add: listed, new, changed, same, queued, bytes, absent, gone, restored. */
  counts: Record<string, number>;
  skipped: Record<string, number>;
  /** The rest of the page has to wait. */
  wait?: { reason: ScanWait; seconds: number };
  /** The job's own limit is reached. */
  limited?: true;
}

interface Row {
  object: StorageObject;
  reason: ReturnType<ReturnType<typeof skipReason>>;
  compared: Compared | undefined;
}

/**
 * Compares a page of the listing with the catalogue, and queues what is new or changed, as far as there is room. The order of
 * the writes: the catalogue, the messages, and, by the caller, the job's cursor. A page that is handled again writes nothing
 * twice, and sends the messages again.
 */
export async function scanPage(
  ports: ScanPorts,
  context: ScanContext,
  objects: readonly StorageObject[],
): Promise<PageOutcome> {
  const { catalogue, imports } = ports;
  const { job, location, owner } = context;
  const tenant = owner.tenant_id;
  // 1. compare
  const known = await knownOf(ports, context, objects);
  const reasonOf = filterOf(context);
  const rows = objects.map((object): Row => {
    const reason = reasonOf(object);
    const compared = reason
      ? undefined
      : compareObject(
          { job: job.job_id, number: context.number, full: job.full ?? false },
          object,
          known.get(object.key),
        );
    return { object, reason, compared };
  });
  // 2. take as much as there is room for
  const { end, wait, limited } = await roomFor(ports, context, rows);
  const taken = rows.slice(0, end);
  const absent = absentIn(context, known, objects, taken);
  const outcome: PageOutcome = {
    handled: taken.length,
    ...countsOf(context, taken, absent),
    ...(wait && { wait }),
    ...(limited && { limited }),
  };
  if (job.dry_run) return outcome;
  // 3. the catalogue, once what is there again is shown, and what is left behind is gone
  await showRestored(ports, context, taken, known);
  for (const { compared } of taken) if (compared?.leftover) await ports.purge(tenant, compared.leftover);
  const changes = taken.flatMap(({ object, compared }) => changeOf(context, known.get(object.key), compared));
  if (context.isWhole && !job.unordered)
    for (const entry of absent) {
      const change = compareAbsent(context.number, entry);
      if (change) changes.push(change);
    }
  const written = await catalogue.write(tenant, location.storage_id, changes);
  if (written.includes(false))
    throw new Problem(
      'dependency_unavailable',
      'Objects were written meanwhile. The page is compared again.',
    );
  // 4. the messages
  const messages = taken.flatMap(({ object, compared }): ImportMessage[] =>
    compared?.image
      ? [
          {
            ...{ tenant_id: tenant, storage_id: location.storage_id },
            ...{ key: object.key, image_id: compared.image, job_id: job.job_id },
          },
        ]
      : [],
  );
  await imports.sendAll(tenant, messages);
  return outcome;
}

/** Returns what the catalogue has of the page's objects, and, in the order of keys, of those between them. */
async function knownOf(
  { catalogue }: ScanPorts,
  { job, owner, location }: ScanContext,
  objects: readonly StorageObject[],
): Promise<ReadonlyMap<string, CatalogueEntry>> {
  const tenant = owner.tenant_id;
  if (isByKeys(job))
    return catalogue.get(
      tenant,
      location.storage_id,
      objects.map(({ key }) => key).filter((key) => Buffer.byteLength(key) <= 1_024),
    );
  const known = new Map<string, CatalogueEntry>();
  const range = { after: job.after, to: objects.at(-1)?.key };
  for await (const entry of catalogue.range(tenant, location.storage_id, range)) known.set(entry.key, entry);
  return known;
}

const filterOf = ({ job, location }: ScanContext) =>
  skipReason({
    prefix: job.prefix ?? location.prefix,
    recursive: job.recursive,
    include: location.include,
    exclude: location.exclude,
    fileTypes: job.file_types,
  });

/** Returns the end of the part of the page that can be handled now. */
async function roomFor(
  { catalogue, imageStore, limiter }: ScanPorts,
  { job, owner }: ScanContext,
  rows: readonly Row[],
): Promise<{ end: number; wait?: PageOutcome['wait']; limited?: true }> {
  const tenant = owner.tenant_id;
  const toQueue = rows.flatMap(({ compared }, position) =>
    compared?.change && compared.image ? [position] : [],
  );
  if (toQueue.length === 0) return { end: rows.length };
  const left = job.limit === undefined ? toQueue.length : Math.max(0, job.limit - (job.progress.queued ?? 0));
  const wanted = Math.min(toQueue.length, left);
  const cut = (count: number) => ({ end: toQueue[count] ?? rows.length });
  const limited = wanted < toQueue.length && { limited: true as const };
  if (job.dry_run || wanted === 0) return { ...cut(wanted), ...limited };
  const queued = await catalogue.countQueued(tenant);
  const room = Math.max(0, MAX_IN_FLIGHT - queued);
  const { stored, reserved } = await imageStore.quotaUse(tenant);
  const quota = Math.max(0, quotaOf(owner).images - stored.images - reserved.images);
  // A location's new images and those that replace others both need room until the others are purged.
  // Of what is queued, nobody knows yet how much the quota has counted: the rest waits until it has arrived.
  const fits = Math.min(wanted, room, Math.max(0, quota - queued));
  if (fits === 0)
    return {
      ...cut(0),
      wait: quota === 0 ? { reason: 'waiting_for_quota', seconds: 60 } : { reason: 'throttled', seconds: 2 },
    };
  const limit = limitsOf(owner.plan, owner.limits).uploads;
  const [grant] = await limiter.take(tenant, [{ counter: 'uploads', amount: fits, limit }]);
  const granted = grant?.granted ?? 0;
  if (granted < fits)
    return { ...cut(granted), wait: { reason: 'rate_limited', seconds: grant?.resetsIn ?? 60 } };
  if (fits < wanted) return { ...cut(fits), wait: { reason: 'throttled', seconds: 2 } };
  return { ...cut(wanted), ...limited };
}

/** Returns the known entries that the handled part of the listing lacks. */
function absentIn(
  { job }: ScanContext,
  known: ReadonlyMap<string, CatalogueEntry>,
  objects: readonly StorageObject[],
  taken: readonly Row[],
): CatalogueEntry[] {
  if (isByKeys(job)) return [];
  const listed = new Set(objects.map(({ key }) => key));
  const last = taken.at(-1)?.object.key;
  if (last === undefined) return [];
  const end = Buffer.from(last);
  return [...known.values()].filter(
    ({ key }) => !listed.has(key) && Buffer.compare(Buffer.from(key), end) < 0,
  );
}

function countsOf(
  { isWhole, number }: ScanContext,
  rows: readonly Row[],
  absent: readonly CatalogueEntry[],
): Pick<PageOutcome, 'counts' | 'skipped'> {
  let counts: Record<string, number> = {};
  let skipped: Record<string, number> = {};
  for (const { object, reason, compared } of rows) {
    if (reason) skipped = added(skipped, { [reason]: 1 });
    if (!compared) continue;
    const isRead = compared.kind !== 'same';
    counts = added(counts, {
      [compared.kind]: 1,
      ...(isRead && { queued: 1, get_calls: 1, bytes: object.size }),
      ...(compared.restored && { restored: 1 }),
    });
  }
  if (isWhole) counts = added(counts, absentCounts(number, absent));
  return { counts: { ...counts, listed: rows.length }, skipped };
}

/** Counts the absent entries with an image, and of these the ones that are missing now. */
export function absentCounts(number: number, entries: readonly CatalogueEntry[]): Record<string, number> {
  const counted = entries.filter(({ state, image }) => state !== 'queued' && image !== undefined);
  return {
    absent: counted.length,
    gone: counted.filter((entry) => isGone(number, entry)).length,
  };
}

/** Returns the change of an entry. On an unordered server each present entry notes that it was seen. */
function changeOf(
  { job, number }: ScanContext,
  known: CatalogueEntry | undefined,
  compared: Compared | undefined,
): CatalogueChange[] {
  const change = compared ? compared.change : presentChange(known);
  if (!job.unordered) return change ? [change] : [];
  const after = change?.after ?? known;
  return after && (change || after.seen !== number)
    ? [{ before: known, after: { ...after, seen: number } }]
    : [];
}

/** An object that is not read any more is there all the same. */
function presentChange(known: CatalogueEntry | undefined): CatalogueChange | undefined {
  if (known?.absentSince === undefined || known.state === 'missing') return undefined;
  const { absentSince: _, ...after } = known;
  return { before: known, after };
}

async function showRestored(
  { imageStore, visibility }: ScanPorts,
  { owner }: ScanContext,
  rows: readonly Row[],
  known: ReadonlyMap<string, CatalogueEntry>,
): Promise<void> {
  const images = rows.flatMap(({ object, compared }) =>
    compared?.restored ? (known.get(object.key)?.image ?? []) : [],
  );
  for (const record of await imageStore.getMany(owner.tenant_id, images))
    await visibility.show(owner.tenant_id, record);
}
