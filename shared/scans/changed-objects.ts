import pLimit from 'p-limit';
import type { Connector, StorageObject } from '#shared/connectors/connector.ts';
import type { Scan } from '#shared/jobs/job.ts';
import type { JobWriter } from '#shared/jobs/job-writer.ts';
import type { ImageId } from '#shared/kernel/ids.ts';
import { Problem } from '#shared/kernel/problems.ts';
import type { CatalogueChange, CatalogueEntry, ChangedObject } from './catalogue.ts';
import { type ScanContext, scanPage } from './scan-page.ts';
import type { ScanPorts } from './scan-ports.ts';
import { settleImports } from './settle-imports.ts';
import { areLate, resendImports, SETTLE_SECONDS } from './wait-for-imports.ts';
import { writeProgress } from './write-progress.ts';

type Writer = JobWriter<Scan>;

/** Notes that are handled together. */
const PAGE = 50;
/** Objects that are looked up at once. */
const CONCURRENCY = 8;
/** Seconds between two looks for notes, while nothing is in work. */
const IDLE_SECONDS = 15;
/** Minutes without a note after which the job ends: a bucket that changes all day has one job, not a thousand. */
const LINGER_MINUTES = 5;

/**
 * Handles what events say has changed, as a scan handles what it lists. An event only says where to look: what is there
 * now is what counts, so that repeated, late and unordered events change nothing.
 */
export async function advanceChanges(
  ports: ScanPorts,
  writer: Writer,
  context: ScanContext,
): Promise<number | 'done'> {
  const { catalogue, now } = ports;
  const { owner, storage_id, job_id } = writer.job;
  if (writer.job.handled) {
    await catalogue.forgetChanged(owner, storage_id, writer.job.handled);
    await writer.write({ handled: undefined });
  }
  const { left, ended } = await settleImports(ports, owner, job_id);
  if (ended > 0) await writeProgress(ports, writer, { stirred_at: now().toISOString() });
  // A job that died before it sent a message does not send it for the note again, which waits for the object to arrive.
  if (left > 0 && areLate(ports, writer.job.resent_at ?? writer.job.started_at)) {
    await resendImports(ports, writer.job);
    await writer.write({ resent_at: now().toISOString() });
  }
  const notes = await catalogue.changed(owner, storage_id, PAGE);
  if (notes.length > 0) return handleNotes(ports, writer, { ...context, job: writer.job }, notes);
  if (left > 0) return SETTLE_SECONDS;
  return endIfIdle(ports, writer);
}

/**
 * Ends the job in two steps: from the first on, an event starts another job; its note, and that of any event before, is
 * seen by the second.
 */
async function endIfIdle(ports: ScanPorts, writer: Writer): Promise<number | 'done'> {
  const { job } = writer;
  const at = ports.now();
  if (job.step === CLOSING) {
    await writeProgress(ports, writer, {
      ...{ status: 'completed', step: 'done', waiting: undefined, finished_at: at.toISOString() },
    });
    return 'done';
  }
  const quiet = at.getTime() - Date.parse(job.stirred_at ?? job.started_at);
  if (quiet >= LINGER_MINUTES * 60_000) await writer.write({ step: CLOSING });
  return IDLE_SECONDS;
}

/** The step of a job that takes no more notes. */
export const CLOSING = 'closing';

async function handleNotes(
  ports: ScanPorts,
  writer: Writer,
  context: ScanContext,
  notes: readonly ChangedObject[],
): Promise<number> {
  const { catalogue, now } = ports;
  const { owner, location } = context;
  const keys = notes.map(({ key }) => key);
  const known = await catalogue.get(owner.tenant_id, location.storage_id, keys);
  // What is on its way was read before the event perhaps: it is looked at again once it has arrived.
  const free = notes.filter(({ key }) => known.get(key)?.state !== 'queued');
  const found = await lookUp(ports, context, free);
  const there = found.flatMap(({ object }) => object ?? []);
  const page =
    there.length > 0 ? await scanPage(ports, context, there) : { handled: 0, counts: {}, skipped: {} };
  const handled = new Set(there.slice(0, page.handled).map(({ key }) => key));
  const gone = found.flatMap(({ note: { key }, object }) => (object ? [] : (known.get(key) ?? [])));
  const missing = await markMissing(ports, context, gone);
  const { listed = 0, restored = 0 } = page.counts as Record<string, number>;
  const done = found
    .filter(({ note: { key }, object }) => !object || handled.has(key))
    .map(({ note }) => note);
  const wait = 'wait' in page ? page.wait : undefined;
  await writeProgress(
    ports,
    writer,
    {
      ...(done.length > 0 && { handled: done, stirred_at: now().toISOString() }),
      ...{ step: 'list', waiting: wait?.reason },
    },
    // What was new or changed shows in what became of it: an object may change many times.
    { listed, restored, missing },
    page.skipped,
  );
  if (wait) return wait.seconds;
  return done.length > 0 ? 0 : SETTLE_SECONDS;
}

interface Found {
  note: ChangedObject;
  object: StorageObject | undefined;
}

async function lookUp(
  ports: ScanPorts,
  context: ScanContext,
  notes: readonly ChangedObject[],
): Promise<Found[]> {
  if (notes.length === 0) return [];
  const connector = await open(ports, context);
  const limit = pLimit(CONCURRENCY);
  return Promise.all(
    notes.map((note) =>
      limit(async () => ({ note, object: await objectNow(ports, context, connector, note.key) })),
    ),
  );
}

const open = (
  { connectors, credentials }: ScanPorts,
  { job, owner, location }: ScanContext,
  prefix = location.prefix,
): Promise<Connector> =>
  connectors.open(
    owner.tenant_id,
    { ...location, prefix },
    () => credentials(owner.tenant_id, location.storage_id),
    job.job_id,
  );

/** Looks an object up. Where only a prefix may be listed, S3 refuses to say that a key is not there: then lists it. */
async function objectNow(
  ports: ScanPorts,
  context: ScanContext,
  connector: Connector,
  key: string,
): Promise<StorageObject | undefined> {
  try {
    return await connector.stat(key);
  } catch (error) {
    if (!(error instanceof Problem) || error.code !== 'storage_access_denied') throw error;
  }
  for await (const [first] of (await open(ports, context, key)).list({}))
    if (first) return first.key === key ? first : undefined;
  return undefined;
}

/** Makes objects missing that the storage says are not there. @returns how many images that were not missing before */
async function markMissing(
  { catalogue, imageStore, visibility, now }: ScanPorts,
  { owner, location }: ScanContext,
  entries: readonly CatalogueEntry[],
): Promise<number> {
  const tenant = owner.tenant_id;
  const gone = entries.filter(({ state }) => state !== 'missing');
  const images = gone.flatMap(({ image }): ImageId[] => (image ? [image] : []));
  if (location.on_missing !== 'keep')
    for (const record of await imageStore.getMany(tenant, images)) await visibility.hide(tenant, record);
  const missingSince = now().toISOString();
  const changes = gone.map((before): CatalogueChange => {
    if (before.image === undefined) return { before, after: undefined };
    // By its job it would count as handled if it came back while the job runs.
    const { job: _, as: __, absentSince: ___, ...rest } = before;
    return { before, after: { ...rest, state: 'missing', missingSince } };
  });
  const written = await catalogue.write(tenant, location.storage_id, changes);
  if (written.includes(false))
    throw new Problem('dependency_unavailable', 'Objects were written meanwhile. They are looked up again.');
  return images.length;
}
