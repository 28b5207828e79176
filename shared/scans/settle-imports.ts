import pLimit from 'p-limit';
import type { ImageRecord } from '#shared/images/image-record.ts';
import type { Scan } from '#shared/jobs/job.ts';
import type { JobId, TenantId } from '#shared/kernel/ids.ts';
import { announcedAt } from '#shared/kernel/ids.ts';
import { Problem } from '#shared/kernel/problems.ts';
import type { CatalogueChange, CatalogueEntry, Counts, QueuedObject } from './catalogue.ts';
import type { ImportMessage } from './import-message.ts';
import type { JobError, JobErrors } from './job-errors.ts';
import type { ScanPorts } from './scan-ports.ts';

/** Objects that are looked at together. */
const BATCH = 100;
const CONCURRENCY = 8;
/** Milliseconds after which an object that no delivery has brought in is given up. */
const PATIENCE = 24 * 3_600_000;

/** What was found in the pipeline. */
export interface Settled {
  ended: number;
  /** Objects that are still on their way. */
  left: number;
  /** The first errors that were found. */
  errors: JobError[];
}

type Ports = Pick<ScanPorts, 'catalogue' | 'imageStore' | 'errors' | 'purge' | 'now'>;

/**
 * Looks up what became of the objects that a job has queued, and writes it to the catalogue, with the job's counts. Images
 * that an indexed one replaces are purged before.
 */
export async function settleImports(ports: Ports, tenant: TenantId, job: JobId): Promise<Settled> {
  const settled: Settled = { ended: 0, left: 0, errors: [] };
  let batch: QueuedObject[] = [];
  for await (const object of ports.catalogue.queued(tenant, job)) {
    batch.push(object);
    if (batch.length < BATCH) continue;
    await settleBatch(ports, tenant, job, batch, settled);
    batch = [];
  }
  await settleBatch(ports, tenant, job, batch, settled);
  return settled;
}

async function settleBatch(
  ports: Ports,
  tenant: TenantId,
  job: JobId,
  batch: readonly QueuedObject[],
  settled: Settled,
): Promise<void> {
  const { catalogue, imageStore } = ports;
  const [first] = batch;
  if (!first) return;
  const { storage } = first; // a job is about one location
  const records = new Map(
    (
      await imageStore.getMany(
        tenant,
        batch.map(({ image }) => image),
      )
    ).map((record) => [record.image_id, record]),
  );
  const ended = batch.filter(({ image }) => hasEnded(ports, image, records.get(image)));
  settled.left += batch.length - ended.length;
  const entries = await catalogue.get(
    tenant,
    storage,
    ended.map(({ key }) => key),
  );
  const limit = pLimit(CONCURRENCY);
  const changes = await Promise.all(
    ended.map(({ key, image }) =>
      limit(async () => {
        const entry = entries.get(key);
        if (!entry || entry.pending !== image || entry.job !== job) return [];
        return [await outcomeOf(ports, tenant, job, entry, records.get(image), settled)];
      }),
    ),
  );
  const written = await catalogue.settle(tenant, storage, job, changes.flat());
  settled.ended += written.filter(Boolean).length;
  settled.left += written.filter((each) => !each).length;
}

const hasEnded = ({ now }: Ports, image: QueuedObject['image'], record: ImageRecord | undefined): boolean =>
  record === undefined
    ? now().getTime() - announcedAt(image).getTime() > PATIENCE
    : record.status === 'indexed' || record.status === 'failed' || record.status === 'purged';

async function outcomeOf(
  { errors, purge }: Ports,
  tenant: TenantId,
  job: JobId,
  entry: CatalogueEntry,
  record: ImageRecord | undefined,
  settled: Settled,
): Promise<CatalogueChange & { counts: Counts }> {
  const { pending, before: _, image: old, replaced, rereads: __, ...rest } = entry;
  if (record && pending && record.status !== 'failed') {
    await Promise.all((replaced ?? []).map((image) => purge(tenant, image)));
    const counts: Counts = record.status === 'indexed' ? { indexed: 1 } : { deleted: 1 };
    return { before: entry, after: { ...rest, state: 'indexed', image: pending }, counts };
  }
  const code = record?.failure?.code ?? 'dependency_unavailable';
  const detail =
    record?.failure?.detail ?? 'The object could not be read within a day. Scan the location again.';
  const error = { path: entry.key, code, detail };
  if (pending) await errors.put(tenant, job, pending, error);
  settled.errors.push(error);
  // The image of the content before stays, and is found, until the object can be read.
  const image = record ? pending : old;
  const kept = record ? replaced : replaced?.filter((each) => each !== old);
  return {
    before: entry,
    after: {
      ...rest,
      state: 'failed',
      failure: code,
      ...(image && { image }),
      ...(kept && kept.length > 0 && { replaced: kept }),
      ...(!record && { unread: true as const }),
    },
    counts: { failed: 1 },
  };
}

/** Writes that an object cannot be imported, with its error. */
export async function failImport(
  { catalogue, errors }: { catalogue: ScanPorts['catalogue']; errors: JobErrors },
  { tenant_id: tenant, storage_id: storage, job_id: job, image_id: image }: ImportMessage,
  entry: CatalogueEntry,
  problem: Problem,
): Promise<void> {
  await errors.put(tenant, job, image, { path: entry.key, code: problem.code, detail: problem.message });
  const { pending: _, before: __, image: old, replaced, rereads: ___, ...rest } = entry;
  const kept = replaced?.filter((each) => each !== old) ?? [];
  const after: CatalogueEntry = {
    ...{ ...rest, state: 'failed', failure: problem.code, unread: true },
    ...(old && { image: old }),
    ...(kept.length > 0 && { replaced: kept }),
  };
  await settleOne(catalogue, { tenant, storage, job }, { before: entry, after, counts: { failed: 1 } });
}

/** Writes that an object is gone before it was read: the catalogue has of it what it had before. */
export async function dropImport(
  { catalogue }: { catalogue: ScanPorts['catalogue'] },
  { tenant_id: tenant, storage_id: storage, job_id: job }: ImportMessage,
  entry: CatalogueEntry,
): Promise<void> {
  const change = { ...takenBack(entry), counts: { vanished: 1 } };
  await settleOne(catalogue, { tenant, storage, job }, change);
}

/** @throws Problem `dependency_unavailable` if the entry was written meanwhile: the next delivery reads it again */
async function settleOne(
  catalogue: ScanPorts['catalogue'],
  { tenant, storage, job }: { tenant: TenantId; storage: ImportMessage['storage_id']; job: JobId },
  change: CatalogueChange & { counts: Counts },
): Promise<void> {
  const [written] = await catalogue.settle(tenant, storage, job, [change]);
  if (!written) throw new Problem('dependency_unavailable', 'The object was written meanwhile.');
}

/** Returns the change that makes an object what it was before it was queued. */
export function takenBack(entry: CatalogueEntry): CatalogueChange {
  const { pending: _, before, rereads: __, job: ___, as: ____, image, replaced, ...rest } = entry;
  if (!before) return { before: entry, after: undefined };
  const kept = replaced?.filter((each) => each !== image && each !== entry.pending) ?? [];
  return {
    before: entry,
    after: {
      ...{ ...rest, ...before },
      ...(image && { image }),
      ...(kept.length > 0 && { replaced: kept }),
    },
  };
}

/**
 * Takes back the objects that an ended job has queued and that have no image yet; the others go on without it. A delivery
 * that is at work meanwhile removes what it made.
 */
export async function takeBackImports(
  ports: Ports,
  { owner: tenant, job_id, storage_id }: Scan,
): Promise<void> {
  const { catalogue, imageStore } = ports;
  let batch: QueuedObject[] = [];
  const takeBack = async () => {
    const images = batch.map(({ image }) => image);
    const records = await imageStore.getMany(tenant, images);
    const isAdmitted = ({ stored_bytes }: ImageRecord) => stored_bytes !== undefined;
    const admitted = new Set(records.filter(isAdmitted).map(({ image_id }) => image_id));
    for (const record of records) if (!isAdmitted(record)) await ports.purge(tenant, record.image_id);
    const keys = batch.map(({ key }) => key);
    const entries = [...(await catalogue.get(tenant, storage_id, keys)).values()];
    const changes = await Promise.all(
      entries
        .filter(({ state, job }) => state === 'queued' && job === job_id)
        .map(async (entry) => {
          if (!entry.pending || !admitted.has(entry.pending)) return takenBack(entry);
          await Promise.all((entry.replaced ?? []).map((image) => ports.purge(tenant, image)));
          const { pending, before: _, replaced: __, rereads: ___, ...rest } = entry;
          return { before: entry, after: { ...rest, state: 'indexed' as const, image: pending } };
        }),
    );
    const written = await catalogue.write(tenant, storage_id, changes);
    if (written.includes(false))
      throw new Problem(
        'dependency_unavailable',
        'Objects were written meanwhile. They are taken back again.',
      );
    batch = [];
  };
  for await (const object of catalogue.queued(tenant, job_id)) {
    batch.push(object);
    if (batch.length === BATCH) await takeBack();
  }
  await takeBack();
}
