import type { ImagesIndexedV1 } from '#shared/contracts/events/images-indexed.v1.ts';
import type { ImagesProcessedV1 } from '#shared/contracts/events/images-processed.v1.ts';
import { newEvent } from '#shared/contracts/events/new-event.ts';
import type { Embedding } from '#shared/embedding/embedder.ts';
import { decodeEmbedding } from '#shared/embedding/wire.ts';
import { type ImageId, imageId, type TenantId, tenantId } from '#shared/kernel/ids.ts';
import { Problem } from '#shared/kernel/problems.ts';
import type { EventPublisher } from '#shared/messaging/publisher.ts';
import type { VectorIndex } from '#shared/vector-index/vector-index.ts';
import { type ImageRecord, statusesBefore } from './image-record.ts';
import type { ImageStore } from './image-store.ts';
import { vectorDocument } from './vector-document.ts';

export interface IndexPorts {
  imageStore: Pick<ImageStore, 'get' | 'advance' | 'noteModel' | 'putVectors' | 'removeVectors'>;
  index: Pick<VectorIndex, 'prepare' | 'upsert' | 'remove'>;
  publisher: EventPublisher;
  now?: () => Date;
}

/** `gone`: the image has been purged, and its vectors are removed. */
export type IndexOutcome = 'indexed' | 'gone';

/** An event and its intermediate results. Steps skip tasks that have an outcome or an error. */
interface Task {
  event: ImagesProcessedV1;
  tenant: TenantId;
  image: ImageId;
  embeddings: Map<string, Embedding>;
  /** Set if an earlier delivery has indexed the image: only publishing is repeated. */
  indexedAt?: string;
  /** The image is kept out of the results of searches: its vectors are stored, and are in no index. */
  hidden?: boolean;
  outcome?: IndexOutcome;
  error?: unknown;
}

/**
 * Writes a batch of embedded images to the store, then to the index, and publishes `images.indexed` for each. A refill
 * adds another model's vectors to an indexed image and publishes nothing. An image fails alone.
 * @returns an outcome for each event, in order; never throws
 */
export function indexImages(ports: IndexPorts) {
  const prepared = new Set<string>();

  return async (events: readonly ImagesProcessedV1[]): Promise<PromiseSettledResult<IndexOutcome>[]> => {
    // The same event twice in a batch is one task: a bulk write may contain an id only once.
    const tasks = new Map<string, Task>();
    const keyOf = (event: ImagesProcessedV1) => `${event.tenantid}/${event.id}`;
    const invalid = new Map<string, unknown>();
    for (const event of events) {
      try {
        tasks.set(keyOf(event), taskOf(event));
      } catch (error) {
        invalid.set(keyOf(event), error);
      }
    }
    const pending = () => [...tasks.values()].filter(({ outcome, error }) => !outcome && error === undefined);

    // 1. the store, the source of truth: the status, then the vectors
    await each(pending(), (task) => storeVectors(ports, task));
    // 2. the index, derived: one bulk write per tenant and model
    await Promise.all(
      bulksOf(pending().filter(({ indexedAt }) => indexedAt === undefined)).map((bulk) =>
        writeBulk(ports.index, prepared, bulk),
      ),
    );
    // 3. the status, now that searches find it, unless it was purged meanwhile
    await each(pending(), (task) => markIndexed(ports, task));
    // 4. the event
    await each(pending(), (task) => publishIndexed(ports, task));

    return events.map((event) => {
      const task = tasks.get(keyOf(event));
      const error = task ? task.error : invalid.get(keyOf(event));
      return error === undefined
        ? { status: 'fulfilled', value: task?.outcome ?? 'gone' }
        : { status: 'rejected', reason: error };
    });
  };
}

const taskOf = (event: ImagesProcessedV1): Task => ({
  event,
  tenant: tenantId(event.tenantid),
  image: imageId(event.data.image_id),
  embeddings: new Map(
    event.data.embeddings.map((encoded) => [encoded.model, decodeEmbedding(encoded)] as const),
  ),
});

/** Runs a step for each task and stores an error with its task. */
async function each(tasks: readonly Task[], step: (task: Task) => Promise<void>): Promise<void> {
  await Promise.all(
    tasks.map(async (task) => {
      try {
        await step(task);
      } catch (error) {
        task.error = error;
      }
    }),
  );
}

async function storeVectors(ports: IndexPorts, task: Task): Promise<void> {
  const { imageStore } = ports;
  const { tenant, image, event } = task;
  const record = await processedRecord(imageStore, task);
  if (!record || record.status === 'purged') return removeVectors(ports, task);
  if (record.status === 'indexed' && !event.data.refill) {
    task.indexedAt = record.indexed_at ?? record.updated_at;
    return;
  }
  task.hidden = record.hidden === true;
  for (const [model, embedding] of task.embeddings) {
    if (!(await imageStore.putVectors(tenant, image, model, embedding))) return removeVectors(ports, task);
  }
}

/** Returns the record, `processed` at least. The worker has advanced it already, unless the image has failed since: then it is retried. */
async function processedRecord(
  imageStore: IndexPorts['imageStore'],
  { tenant, image, event }: Task,
): Promise<ImageRecord | undefined> {
  const record = await imageStore.get(tenant, image);
  if (!record || !statusesBefore('processed').includes(record.status)) return record;
  return (await imageStore.advance(tenant, image, 'processed', event.data.processed_at))?.record;
}

/** Removes the vectors of a purged image, also those that an interrupted delivery wrote. */
async function removeVectors({ imageStore, index }: IndexPorts, task: Task): Promise<void> {
  const { tenant, image, embeddings } = task;
  for (const [model, { semantic }] of embeddings) {
    await index.prepare(model, semantic.length); // the model may be new to the index
    await index.remove(tenant, model, [image]);
  }
  await imageStore.removeVectors(tenant, image);
  task.outcome = 'gone';
}

/** Documents of one tenant for one model's index. */
interface Bulk {
  tenant: TenantId;
  model: string;
  entries: { task: Task; embedding: Embedding }[];
}

function bulksOf(tasks: readonly Task[]): Bulk[] {
  const byKey = new Map<string, Bulk>();
  for (const task of tasks) {
    for (const [model, embedding] of task.embeddings) {
      const key = `${task.tenant}/${model}`;
      const bulk = byKey.get(key) ?? { tenant: task.tenant, model, entries: [] };
      bulk.entries.push({ task, embedding });
      byKey.set(key, bulk);
    }
  }
  return [...byKey.values()];
}

async function writeBulk(
  index: IndexPorts['index'],
  prepared: Set<string>,
  { tenant, model, entries }: Bulk,
): Promise<void> {
  try {
    const dimension = entries[0]?.embedding.semantic.length ?? 0;
    if (!prepared.has(model)) await index.prepare(model, dimension);
    prepared.add(model);
    const hidden = entries.filter(({ task }) => task.hidden).map(({ task }) => task.image);
    if (hidden.length > 0) await index.remove(tenant, model, hidden); // an earlier delivery may have found them shown
    const shown = entries.filter(({ task }) => !task.hidden);
    if (shown.length === 0) return;
    const refused = await index.upsert(
      tenant,
      model,
      shown.map(({ task: { image, event }, embedding }) => vectorDocument(image, event.data, embedding)),
    );
    for (const { imageId: image, reason } of refused) {
      const entry = entries.find(({ task }) => task.image === image);
      if (entry) entry.task.error = new Problem('internal_error', `The index refused ${image}: ${reason}`);
    }
  } catch (error) {
    prepared.delete(model);
    for (const { task } of entries) task.error = error;
  }
}

async function markIndexed(ports: IndexPorts, task: Task): Promise<void> {
  const { imageStore, now = () => new Date() } = ports;
  if (task.indexedAt !== undefined) return;
  const { tenant, image, event } = task;
  const models = [...task.embeddings.keys()];
  if (event.data.refill) return markRefilled(ports, task, now().toISOString());
  const step = await imageStore.advance(tenant, image, 'indexed', now().toISOString(), { models });
  if (step && step.record.status !== 'purged') {
    task.indexedAt = step.record.indexed_at ?? step.record.updated_at;
    return;
  }
  await removeVectors(ports, task);
}

async function markRefilled(ports: IndexPorts, task: Task, at: string): Promise<void> {
  const { tenant, image, embeddings } = task;
  for (const model of embeddings.keys())
    if (!(await ports.imageStore.noteModel(tenant, image, model, at))) return removeVectors(ports, task);
  // From here on, what hides or shows the image knows of the model. What did before left this index as it was.
  const record = await ports.imageStore.get(tenant, image);
  if (record?.status !== 'indexed') return removeVectors(ports, task);
  if ((record.hidden === true) !== task.hidden)
    throw new Problem('dependency_unavailable', `${image} was hidden or shown meanwhile.`);
  task.outcome = 'indexed';
}

async function publishIndexed({ publisher }: IndexPorts, task: Task): Promise<void> {
  const { tenant, image, event, indexedAt = event.time } = task;
  const { embeddings, processed_at, embed_with, refill, ...validated } = event.data;
  const indexed: ImagesIndexedV1 = newEvent('images.indexed', {
    tenant,
    subject: image,
    correlationId: event.correlationid,
    time: indexedAt,
    data: { ...validated, models: [...task.embeddings.keys()], indexed_at: indexedAt },
  });
  await publisher.publish(tenant, [indexed]);
  task.outcome = 'indexed';
}
