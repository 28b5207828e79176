import type { Readable } from 'node:stream';
import type { Blobs } from '#shared/blobs/blobs.ts';
import type { Connector } from '#shared/connectors/connector.ts';
import type { Connectors } from '#shared/connectors/connectors.ts';
import { deriveImage, sha256Of, storeDerivatives } from '#shared/images/derive-image.ts';
import { imageObjectKeys } from '#shared/images/image-object-keys.ts';
import type { ImageRecord } from '#shared/images/image-record.ts';
import type { ImageStore } from '#shared/images/image-store.ts';
import { quotaExceeded, quotaOf } from '#shared/images/quota.ts';
import { uploadedEvent, validatedEvent } from '#shared/images/validation-events.ts';
import type { Imaging } from '#shared/imaging/imaging.ts';
import { isActive } from '#shared/jobs/cancel-job.ts';
import type { JobStore } from '#shared/jobs/job-store.ts';
import { announcedAt, newImageId } from '#shared/kernel/ids.ts';
import { IMAGE_LIMITS } from '#shared/kernel/image-limits.ts';
import { Problem } from '#shared/kernel/problems.ts';
import { settingsOf } from '#shared/kernel/settings.ts';
import type { FairQueue } from '#shared/messaging/fair-queue.ts';
import type { EventPublisher } from '#shared/messaging/publisher.ts';
import type { StorageLocation } from '#shared/storages/storage-location.ts';
import type { StorageStore } from '#shared/storages/storage-store.ts';
import type { Tenant } from '#shared/tenants/tenant.ts';
import { embeddedWith, modelsOf } from '#shared/tenants/tenant-models.ts';
import type { TenantStore } from '#shared/tenants/tenant-store.ts';
import type { Catalogue, CatalogueEntry } from './catalogue.ts';
import type { ImportMessage } from './import-message.ts';
import type { JobErrors } from './job-errors.ts';
import type { ReadCredentials } from './scan-ports.ts';
import { dropImport, failImport } from './settle-imports.ts';

export interface ImportPorts {
  catalogue: Catalogue;
  connectors: Connectors;
  credentials: ReadCredentials;
  storages: Pick<StorageStore, 'get'>;
  tenants: Pick<TenantStore, 'get'>;
  jobs: Pick<JobStore, 'get'>;
  errors: JobErrors;
  imports: FairQueue;
  imageStore: Pick<ImageStore, 'get' | 'announce' | 'quotaUse' | 'advance' | 'admit' | 'markPurged'>;
  blobs: Pick<Blobs, 'bucket' | 'put' | 'discard'>;
  imaging: Pick<Imaging, 'read' | 'perceptualHash' | 'encodeModelImage'>;
  publisher: EventPublisher;
  /** The models of the service, the default first. */
  models: readonly [string, ...string[]];
  now?: () => Date;
}

/** The image is in the pipeline, was refused, is not in the storage any more, or nobody wants it any more. */
export type ImportOutcome = 'imported' | 'failed' | 'requeued' | 'vanished' | 'dropped';

/** How often an object may change between its listing and its reading. */
const MAX_REREADS = 3;

interface Task extends ImportPorts {
  message: ImportMessage;
  entry: CatalogueEntry;
  owner: Tenant;
  location: StorageLocation;
}

/**
 * Reads an object that a scan has queued, checks it as an upload is checked, writes its derivatives, admits it against the
 * quota, and publishes `images.validated`. The original stays where it is. Repeated and late deliveries change nothing: an
 * image exists only if the catalogue names it.
 * @throws Problem that is retryable: the message is to be redelivered
 */
export const importObject =
  (ports: ImportPorts) =>
  async (message: ImportMessage): Promise<ImportOutcome> => {
    const { tenant_id: tenant, storage_id: storage, image_id: image, job_id } = message;
    const entry = await entryOf(ports, message);
    if (!names(entry, message)) return discard(ports, message);
    if (!entry || entry.pending !== image) return 'dropped'; // it is indexed, or is going to be purged
    const [job, owner, location] = await Promise.all([
      ports.jobs.get(job_id),
      ports.tenants.get(tenant),
      ports.storages.get(tenant, storage),
    ]);
    // What the job has queued is taken back when it ends, and goes with the tenant or the location.
    if (!job || !isActive(job) || !owner || owner.state === 'purging' || location?.state !== 'active')
      return 'dropped';
    try {
      return await bringIn({ ...ports, message, entry, owner, location });
    } catch (error) {
      if (!(error instanceof Problem) || error.retryable) throw error;
      const outcome = await giveBack({ ...ports, message, entry, owner, location }, error);
      await discard(ports, message); // an earlier delivery may have begun with the image
      return outcome;
    }
  };

/** Writes why an object is not imported as this image. */
async function giveBack(task: Task, problem: Problem): Promise<ImportOutcome> {
  const { message, entry } = task;
  if (problem.code === 'object_changed') return requeue(task, problem);
  if (problem.code === 'not_found') {
    await dropImport(task, message, entry);
    return 'vanished';
  }
  await failImport(task, message, entry, problem);
  return 'failed';
}

/** Records that an object cannot be imported for a reason that nobody knows. */
export const giveUpImport =
  (ports: Pick<ImportPorts, 'catalogue' | 'errors'>) =>
  async (message: ImportMessage): Promise<void> => {
    const entry = await entryOf(ports, message);
    if (entry?.pending !== message.image_id) return;
    const problem = new Problem(
      'internal_error',
      'The object could not be imported; the log has the details.',
    );
    await failImport(ports, message, entry, problem);
  };

const entryOf = async (
  { catalogue }: Pick<ImportPorts, 'catalogue'>,
  { tenant_id, storage_id, key }: ImportMessage,
): Promise<CatalogueEntry | undefined> => (await catalogue.get(tenant_id, storage_id, [key])).get(key);

const names = (entry: CatalogueEntry | undefined, { image_id }: ImportMessage): boolean =>
  entry !== undefined && [entry.pending, entry.image, ...(entry.replaced ?? [])].includes(image_id);

/** Removes what deliveries have made of an image that the catalogue does not name (any more). */
async function discard(
  { imageStore, blobs }: ImportPorts,
  { tenant_id: tenant, image_id: image }: ImportMessage,
  now = new Date(),
): Promise<'dropped'> {
  await imageStore.markPurged(tenant, image, now.toISOString());
  const sizes = (await imageStore.get(tenant, image))?.thumbnails?.map(({ size }) => size);
  const { objects, thumbnails } = imageObjectKeys(tenant, image, sizes);
  await blobs.discard(tenant, [...objects, ...thumbnails]);
  return 'dropped';
}

async function bringIn(task: Task): Promise<ImportOutcome> {
  const { imageStore, publisher, blobs, models, message, owner } = task;
  const { tenant_id: tenant, image_id: image } = message;
  const before = await imageStore.get(tenant, image);
  if (before?.status === 'purged') return 'dropped'; // the scan settles it
  const record = before?.stored_bytes === undefined ? await admit(task, before) : before;
  // The object may have been queued anew, or taken back, meanwhile: only from here on nothing overlooks the image.
  if (!names(await entryOf(task, message), message)) return discard(task, message);
  if (record.status !== 'validated') return 'imported';
  const embedWith = embeddedWith(modelsOf(owner, models));
  await publisher.publish(tenant, [validatedEvent(record, blobs.bucket, embedWith)]);
  return 'imported';
}

async function admit(task: Task, announced: ImageRecord | undefined): Promise<ImageRecord> {
  const { imageStore, imaging, blobs, publisher, message, entry, owner } = task;
  const { tenant_id: tenant, image_id: image } = message;
  const at = timeOf(task);
  const quota = quotaOf(owner);
  // 1. the bytes
  const bytes = await readObject(task);
  // 2. check and derive; nothing is stored of what is refused
  const { facts, derivatives } = await deriveImage(imaging, tenant, image, {
    bytes,
    sha256: sha256Of(bytes),
    declaredType: UNDECLARED,
    sizes: settingsOf(owner.settings).thumbnail_sizes,
  });
  // 3. the record, with its reservation
  if (!announced) {
    const { announced: made } = await imageStore.announce(tenant, [newRecord(task, bytes.length)], quota);
    if (made.length === 0) throw quotaExceeded(await imageStore.quotaUse(tenant), 0, quota);
  }
  // 4. the derivatives
  await storeDerivatives(blobs, tenant, derivatives);
  // 5. the status, as for an upload
  const uploaded = await imageStore.advance(tenant, image, 'uploaded', at);
  if (uploaded?.record.status === 'uploaded')
    await publisher.publish(tenant, [uploadedEvent(uploaded.record, blobs.bucket)]);
  const done = await imageStore.admit(tenant, image, at, facts, quota);
  if (done?.full) throw quotaExceeded(await imageStore.quotaUse(tenant), 0, quota);
  if (!done || done.record.stored_bytes === undefined)
    throw new Problem(
      'dependency_unavailable',
      `The image of ${entry.key} was removed while it was imported.`,
    );
  return done.record;
}

const UNDECLARED = 'application/octet-stream';

function newRecord({ message, entry, location }: Task, size: number): ImageRecord {
  // A record is as old as its id, by which lists are sorted.
  const at = announcedAt(message.image_id).toISOString();
  return {
    tenant_id: message.tenant_id,
    image_id: message.image_id,
    status: 'pending_upload',
    file_path: entry.key,
    storage_location: location.storage_id,
    storage_type: location.type,
    file_size: size,
    content_type: UNDECLARED,
    metadata: {},
    models: [],
    correlation_id: message.job_id,
    created_at: at,
    updated_at: at,
  };
}

/** @throws Problem `object_changed`, `not_found`, `payload_too_large`, or that of the connector */
async function readObject(task: Task): Promise<Uint8Array> {
  const connector = await connectorOf(task);
  return bytesOf(await connector.open(task.entry, { maxBytes: IMAGE_LIMITS.fileBytes }));
}

function connectorOf({ connectors, credentials, location, message }: Task): Promise<Connector> {
  const { tenant_id: tenant, storage_id: storage, job_id: job } = message;
  return connectors.open(tenant, location, () => credentials(tenant, storage), job);
}

async function bytesOf(stream: Readable): Promise<Uint8Array> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks);
}

/** Queues an object as it is now, as another image: a delivery of the content before may still be at work. */
async function requeue(task: Task, changed: Problem): Promise<ImportOutcome> {
  const { catalogue, imports, message, entry } = task;
  const { tenant_id: tenant, storage_id: storage } = message;
  const rereads = (entry.rereads ?? 0) + 1;
  if (rereads > MAX_REREADS) {
    await failImport(task, message, entry, changed);
    return 'failed';
  }
  const object = await (await connectorOf(task)).stat(entry.key);
  if (!object) {
    await dropImport(task, message, entry);
    return 'vanished';
  }
  const image = newImageId();
  const { size, changeToken } = object;
  const after = { ...entry, size, changeToken, pending: image, rereads };
  const [written] = await catalogue.write(tenant, storage, [{ before: entry, after }]);
  if (!written) throw new Problem('dependency_unavailable', 'The object was written meanwhile.');
  await imports.sendAll(tenant, [{ ...message, image_id: image }]);
  return 'requeued';
}

const timeOf = ({ now = () => new Date() }: ImportPorts): string => now().toISOString();
