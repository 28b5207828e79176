import type { Connector, StorageObject } from '#shared/connectors/connector.ts';
import type { Scan } from '#shared/jobs/job.ts';
import type { JobWriter } from '#shared/jobs/job-writer.ts';
import type { JobRunner } from '#shared/jobs/run-job.ts';
import { Problem } from '#shared/kernel/problems.ts';
import { nextScanAt } from '#shared/storages/next-scan.ts';
import { handleMissing, hasImages, isAlarming, noteAbsent, type Slice } from './absent-objects.ts';
import { advanceChanges } from './changed-objects.ts';
import { compareKeys } from './compare-objects.ts';
import { listings } from './listings.ts';
import { type ScanContext, scanPage } from './scan-page.ts';
import type { ScanPorts } from './scan-ports.ts';
import { settleImports, takeBackImports } from './settle-imports.ts';
import { SETTLE_SECONDS, waitForImports } from './wait-for-imports.ts';
import { writeProgress } from './write-progress.ts';

type Writer = JobWriter<Scan>;

/**
 * Scans a location: lists it and queues what is new or changed (`list`), notes what is absent behind the last key (`tail`),
 * waits for what was queued (`drain`), and handles what is missing (`missing`). Only a listing of the whole location that came
 * to its end says that something is absent.
 */
export function scanRunner(ports: ScanPorts): JobRunner<'scan'> {
  const open = listings();
  const settledAt = new Map<string, number>();

  /** Settles what has ended, at most every few seconds. */
  async function settle(writer: Writer, now = false): Promise<{ left: number } | undefined> {
    const { job_id, owner, dry_run } = writer.job;
    const time = ports.now().getTime();
    if (dry_run || (!now && time - (settledAt.get(job_id) ?? 0) < SETTLE_SECONDS * 1000)) return undefined;
    const { left, ended, errors } = await settleImports(ports, owner, job_id);
    settledAt.set(job_id, time);
    if (ended > 0 || errors.length > 0)
      await writeProgress(ports, writer, { stirred_at: ports.now().toISOString() });
    return { left };
  }

  async function list(writer: Writer, context: ScanContext): Promise<number> {
    const { job } = writer;
    const page = await open.next(job.job_id, job.after, () => connectorOf(ports, context));
    if (!page) {
      await writeProgress(
        ports,
        writer,
        {
          step: context.isWhole ? 'tail' : 'drain',
          waiting: undefined,
          after: context.isWhole && !job.unordered ? job.after : undefined,
        },
        { list_calls: 1 },
      );
      return 0;
    }
    if (!job.unordered && !isOrdered(page.objects, job.after)) {
      await ports.storages.change(context.owner.tenant_id, job.storage_id, { unordered: true });
      await writer.write({ unordered: true, after: undefined, progress: {}, skipped: {} });
      return 0;
    }
    const { handled, counts, skipped, wait, limited } = await scanPage(ports, context, page.objects);
    const last = page.objects[handled - 1]?.key;
    const change: Partial<Scan> = {
      waiting: wait?.reason,
      ...(last !== undefined && { after: last }),
      ...(limited && { step: 'drain', after: undefined }),
    };
    await writeProgress(ports, writer, change, { ...counts, list_calls: page.calls }, skipped);
    if (!limited) page.handled(handled, last ?? job.after);
    return wait?.seconds ?? 0;
  }

  return {
    retries: 'job',
    async advance(writer) {
      const context = await contextOf(ports, writer.job);
      if (writer.job.source === 'events') return advanceChanges(ports, writer, context);
      if (writer.job.step === 'begin') return begin(ports, writer, context);
      if (writer.job.step === 'list') {
        await settle(writer);
        return list(writer, { ...context, job: writer.job });
      }
      if (writer.job.step === 'tail') return tail(ports, writer, context);
      if (writer.job.step === 'drain') {
        const found = await settle(writer, true);
        if (found && found.left > 0) return waitForImports(ports, writer);
        return endListing(ports, writer, { ...context, job: writer.job });
      }
      return missing(ports, writer, context);
    },
    async undo(job) {
      open.forget(job.job_id);
      if (!job.dry_run) await takeBackImports(ports, job);
      await noteLastScan(ports, job);
    },
  };
}

/** @throws Problem `not_found` if the location or its tenant is gone */
async function contextOf({ tenants, storages }: ScanPorts, job: Scan): Promise<ScanContext> {
  const [owner, location] = await Promise.all([
    tenants.get(job.owner),
    storages.get(job.owner, job.storage_id),
  ]);
  if (!owner || owner.state === 'purging' || !location || location.state !== 'active')
    throw new Problem('not_found', `The storage location ${job.storage_id} is being removed.`);
  const isWhole =
    job.source === undefined && job.prefix === undefined && job.limit === undefined && job.recursive;
  return { job, owner, location, isWhole, number: job.number ?? location.scans + 1 };
}

async function begin(
  { storages, jobs }: ScanPorts,
  writer: Writer,
  { location, number, owner }: ScanContext,
): Promise<number> {
  const { last_scan } = location;
  const last = last_scan && (await jobs.get(last_scan.job_id));
  const expected = last?.kind === 'scan' ? last.progress.listed : undefined;
  const { job } = writer;
  if (!job.dry_run)
    await storages.change(owner.tenant_id, location.storage_id, {
      last_scan: { job_id: job.job_id, status: 'running' },
    });
  await writer.write({
    step: 'list',
    number,
    ...(location.unordered && { unordered: true }),
    ...(expected !== undefined && { expected }),
  });
  return 0;
}

const connectorOf = (
  { connectors, credentials }: ScanPorts,
  { job, owner, location }: ScanContext,
): Promise<Connector> =>
  connectors.open(
    owner.tenant_id,
    { ...location, prefix: job.prefix ?? location.prefix },
    () => credentials(owner.tenant_id, location.storage_id),
    job.job_id,
  );

function isOrdered(objects: readonly StorageObject[], after: string | undefined): boolean {
  let last = after;
  for (const { key } of objects) {
    if (last !== undefined && compareKeys(last, key) >= 0) return false;
    last = key;
  }
  return true;
}

/** Notes what is absent behind the last key; on an unordered server, in all of the catalogue. */
async function tail(ports: ScanPorts, writer: Writer, context: ScanContext): Promise<number> {
  const { job } = writer;
  // A listing without any object changes nothing: `endListing` asks.
  const isEmpty = (job.progress.listed ?? 0) === 0;
  const slice: Slice = isEmpty
    ? { after: undefined, counts: {} }
    : await noteAbsent(ports, context, job.after);
  const isDone = slice.after === undefined;
  await writeProgress(
    ports,
    writer,
    { after: slice.after, ...(isDone && { step: 'drain', stirred_at: ports.now().toISOString() }) },
    slice.counts,
  );
  return 0;
}

/** Everything is listed and has ended: only what is missing is left. */
async function endListing(ports: ScanPorts, writer: Writer, context: ScanContext): Promise<number | 'done'> {
  const { job } = writer;
  if (!context.isWhole || job.dry_run) return finish(ports, writer, context);
  if (isAlarming(job, (job.progress.listed ?? 0) === 0 && (await hasImages(ports, context)))) {
    await writeProgress(ports, writer, { step: 'missing', after: undefined, status: 'needs_confirmation' });
    await noteLastScan(ports, writer.job);
    return 'done';
  }
  await writer.write({ step: 'missing', after: undefined });
  return 0;
}

async function missing(ports: ScanPorts, writer: Writer, context: ScanContext): Promise<number | 'done'> {
  const { gone = 0, absent = 0, listed = 0 } = writer.job.progress;
  if (gone === 0 && absent === 0 && listed > 0) return finish(ports, writer, context);
  const slice = await handleMissing(ports, { ...context, job: writer.job }, writer.job.after);
  await writeProgress(ports, writer, { after: slice.after }, slice.counts);
  return slice.after === undefined ? finish(ports, writer, context) : 0;
}

async function finish(ports: ScanPorts, writer: Writer, context: ScanContext): Promise<'done'> {
  const { job } = writer;
  const at = ports.now().toISOString();
  if (!job.dry_run)
    // The number counts complete scans; written again, it is the same.
    await ports.storages.change(job.owner, job.storage_id, {
      ...(context.isWhole && { scans: context.number, missing: job.progress.missing_total ?? 0 }),
      last_scan: { job_id: job.job_id, status: 'completed', finished_at: at },
      ...nextScan(context.location, ports.now()),
    });
  await writeProgress(ports, writer, {
    status: 'completed',
    step: 'done',
    after: undefined,
    waiting: undefined,
    finished_at: at,
  });
  return 'done';
}

const nextScan = ({ storage_id, schedule }: ScanContext['location'], now: Date) =>
  schedule ? { next_scan_at: nextScanAt(storage_id, schedule, now) } : {};

async function noteLastScan({ storages }: ScanPorts, job: Scan): Promise<void> {
  if (job.dry_run || job.source === 'events') return;
  await storages.change(job.owner, job.storage_id, {
    last_scan: {
      ...{ job_id: job.job_id, status: job.status },
      ...(job.finished_at !== undefined && { finished_at: job.finished_at }),
    },
  });
}
