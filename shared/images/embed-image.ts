import type { Blobs } from '#shared/blobs/blobs.ts';
import type { ImagesValidatedV1 } from '#shared/contracts/events/images-validated.v1.ts';
import { newEvent } from '#shared/contracts/events/new-event.ts';
import type { Embedder, Embedding, ModelInput } from '#shared/embedding/embedder.ts';
import { encodeEmbedding } from '#shared/embedding/wire.ts';
import type { Imaging } from '#shared/imaging/imaging.ts';
import { type ImageId, imageId, tenantId } from '#shared/kernel/ids.ts';
import { Problem } from '#shared/kernel/problems.ts';
import type { EventPublisher } from '#shared/messaging/publisher.ts';
import type { ImageStore } from './image-store.ts';

export interface EmbedPorts {
  /** All models of the environment, the default first. */
  embedders: readonly [Embedder, ...Embedder[]];
  imaging: Pick<Imaging, 'decodeModelImage' | 'modelInput'>;
  blobs: Pick<Blobs, 'get'>;
  imageStore: Pick<ImageStore, 'get' | 'advance' | 'findBySha256' | 'getVectors'>;
  publisher: EventPublisher;
}

/** `gone`: the image has been purged. */
export type EmbedOutcome = { status: 'embedded' } | { status: 'gone' } | { status: 'failed'; error: unknown };

/** An event and its intermediate results. Steps skip tasks that have an outcome. */
interface Task {
  event: ImagesValidatedV1;
  inputs: Map<Embedder, ModelInput>;
  embeddings: Map<Embedder, Embedding>;
  /** When the record was advanced. */
  processedAt?: string;
  outcome?: EmbedOutcome;
}

/**
 * Embeds a micro-batch, one forward pass per model, and publishes `images.processed` for each image. An image that cannot
 * be embedded fails alone.
 * @returns an outcome for each event, in order; never throws
 */
export const embedImages =
  (ports: EmbedPorts) =>
  async (events: readonly ImagesValidatedV1[]): Promise<EmbedOutcome[]> => {
    const startedAt = performance.now();
    const tasks: Task[] = events.map((event) => ({ event, inputs: new Map(), embeddings: new Map() }));
    const pending = () => tasks.filter((task) => !task.outcome);
    const each = (step: (task: Task) => Promise<void>) => Promise.all(pending().map(catching(step)));

    await each((task) => load(ports, task));
    for (const embedder of ports.embedders)
      await embedAll(
        embedder,
        pending().filter(({ inputs }) => inputs.has(embedder)),
      );
    // The record first: it is never behind what the next step writes, and nothing is published about a purged image. All records
    // before all events, so that these go together.
    await each((task) => markProcessed(ports, task));
    await each((task) => publishProcessed(ports, task, startedAt));
    return tasks.map(({ outcome }) => outcome ?? { status: 'embedded' });
  };

const catching = (step: (task: Task) => Promise<void>) => async (task: Task) => {
  try {
    await step(task);
  } catch (error) {
    task.outcome = { status: 'failed', error };
  }
};

/** Finds the vectors that the same bytes have already, and makes the other models' inputs from the model image. */
async function load(ports: EmbedPorts, task: Task): Promise<void> {
  const { blobs, imageStore, imaging } = ports;
  const { tenant, image } = subjectOf(task.event);
  const embedders = requestedEmbedders(task.event, ports.embedders);
  const twins = await twinsOf(imageStore, task.event);
  for (const embedder of twins.length === 0 ? [] : embedders) {
    const [known] = (await imageStore.getVectors(tenant, twins, embedder.manifest.name)).values();
    if (known) task.embeddings.set(embedder, known);
  }
  const missing = embedders.filter((embedder) => !task.embeddings.has(embedder));
  if (missing.length === 0) return;
  const bytes = await blobs.get(tenant, task.event.data.model_picture.key);
  if (!bytes) {
    const record = await imageStore.get(tenant, image);
    if (record && record.status !== 'purged') {
      throw new Problem('not_found', `The model image of ${image} is not in the store.`);
    }
    task.outcome = { status: 'gone' };
    return;
  }
  const raster = await imaging.decodeModelImage(bytes);
  for (const embedder of missing) {
    task.inputs.set(embedder, await imaging.modelInput(raster, embedder.manifest.input));
  }
}

/** Images with the same bytes that are asked for their vectors: the earliest may have been deleted, or not be embedded yet. */
const TWINS = 5;

/** Returns other images of the tenant with the same bytes: the model image is the same, so the vectors are, too. */
async function twinsOf(imageStore: EmbedPorts['imageStore'], event: ImagesValidatedV1): Promise<ImageId[]> {
  const { tenant, image } = subjectOf(event);
  const twins = await imageStore.findBySha256(tenant, event.data.hash_sha256, TWINS);
  return twins.filter((twin) => twin !== image);
}

/** @throws Problem `dependency_unavailable` if a model is not loaded here: another worker, or a later one, may have it */
function requestedEmbedders({ data }: ImagesValidatedV1, embedders: EmbedPorts['embedders']): Embedder[] {
  if (!data.embed_with) return [embedders[0]];
  return data.embed_with.map((name) => {
    const embedder = embedders.find(({ manifest }) => manifest.name === name);
    if (!embedder) throw new Problem('dependency_unavailable', `This worker has no model ${name}.`);
    return embedder;
  });
}

/** Runs one forward pass for all tasks; if that fails, one for each, so that a bad input fails alone. */
async function embedAll(embedder: Embedder, tasks: readonly Task[]): Promise<void> {
  const pass = async (batch: readonly Task[]) => {
    const embeddings = await embedder.embed(batch.flatMap(({ inputs }) => inputs.get(embedder) ?? []));
    for (const [position, task] of batch.entries()) {
      const embedding = embeddings[position];
      if (!embedding)
        throw new Problem('internal_error', `${embedder.manifest.name} returned no embedding for an image.`);
      task.embeddings.set(embedder, embedding);
    }
  };
  if (tasks.length === 0) return;
  try {
    await pass(tasks);
  } catch {
    for (const task of tasks) await catching((single) => pass([single]))(task);
  }
}

async function markProcessed({ imageStore }: EmbedPorts, task: Task): Promise<void> {
  const { tenant, image } = subjectOf(task.event);
  const processedAt = new Date().toISOString();
  const change = await imageStore.advance(tenant, image, 'processed', processedAt);
  if (!change || change.record.status === 'purged') task.outcome = { status: 'gone' };
  task.processedAt = processedAt;
}

/** If publishing fails, the message is redelivered, and the record's step repeated with it. */
async function publishProcessed({ publisher }: EmbedPorts, task: Task, startedAt: number): Promise<void> {
  const { event, embeddings, processedAt = event.time } = task;
  const { tenant, image } = subjectOf(event);
  const models = [...embeddings.keys()].map(({ manifest }) => manifest.name);
  const processed = newEvent('images.processed', {
    tenant,
    subject: image,
    ...(event.data.refill && { id: `${image}.${models.join('.')}.images.processed` }),
    correlationId: event.correlationid,
    time: processedAt,
    data: {
      ...event.data,
      embeddings: [...embeddings].map(([{ manifest }, embedding]) => ({
        ...encodeEmbedding(manifest.name, embedding),
        model_version: manifest.version,
        dimension: embedding.semantic.length,
      })),
      processing_time_ms: Math.round(performance.now() - startedAt),
      gpu_used: [...embeddings.keys()].some(({ provider }) => provider === 'cuda'),
      processed_at: processedAt,
    },
  });
  await publisher.publish(tenant, [processed]);
}

const subjectOf = (event: ImagesValidatedV1) => ({
  tenant: tenantId(event.tenantid),
  image: imageId(event.data.image_id),
});
