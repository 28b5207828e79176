import type { ImagesIndexedV1 } from '#shared/contracts/events/images-indexed.v1.ts';
import type { ImagesProcessedV1 } from '#shared/contracts/events/images-processed.v1.ts';
import { newEvent } from '#shared/contracts/events/new-event.ts';
import type { Embedding } from '#shared/embedding/embedder.ts';
import { decodeEmbedding } from '#shared/embedding/wire.ts';
import { type ImageId, imageId, type TenantId, tenantId } from '#shared/kernel/ids.ts';
import { Problem } from '#shared/kernel/problems.ts';
import type { EventPublisher } from '#shared/messaging/publisher.ts';
import type { VectorIndex } from '#shared/vector-index/vector-index.ts';
import type { ImageStore } from './image-store.ts';
import { vectorDocument } from './vector-document.ts';

export interface IndexPorts {
  imageStore: Pick<ImageStore, 'advance' | 'noteModel' | 'putVectors' | 'removeVectors'>;
  index: Pick<VectorIndex, 'prepare' | 'upsert' | 'remove'>;
  publisher: EventPublisher;
  now?: () => Date;
}

/** What became of an event. `gone`: the picture was purged meanwhile, nothing of it is left. */
export type IndexOutcome = 'indexed' | 'gone';

/** A picture on its way through the steps. Once it has an outcome or an error, it takes no further step. */
interface Passage {
  event: ImagesProcessedV1;
  tenant: TenantId;
  image: ImageId;
  embeddings: Map<string, Embedding>;
  /** Set where an earlier delivery has come this far: only the telling is repeated. */
  indexedAt?: string;
  outcome?: IndexOutcome;
  error?: unknown;
}

/**
 * Puts a batch of embedded pictures into the catalog, then into the index, and says `indexed` of each that a search
 * finds. Of one that is indexed already a refill adds another model's vectors. One picture's failure is its own.
 * @returns how each event went, in order; it does not throw
 */
export function indexImages(ports: IndexPorts) {
  const prepared = new Set<string>();

  return async (events: readonly ImagesProcessedV1[]): Promise<PromiseSettledResult<IndexOutcome>[]> => {
    // The same event twice in a batch is one passage: an index takes an id once in a write.
    const passages = new Map<string, Passage>();
    const keyOf = (event: ImagesProcessedV1) => `${event.tenantid}/${event.id}`;
    const faults = new Map<string, unknown>();
    for (const event of events) {
      try {
        passages.set(keyOf(event), passageOf(event));
      } catch (error) {
        faults.set(keyOf(event), error);
      }
    }
    const open = () => [...passages.values()].filter(({ outcome, error }) => !outcome && error === undefined);

    // 1. the catalog, the truth: the state, then the vectors
    await each(open(), (passage) => keep(ports, passage));
    // 2. the index, derived: one bulk write for a tenant and model
    await Promise.all(
      bulks(open().filter(({ indexedAt }) => indexedAt === undefined)).map((bulk) =>
        putBulk(ports.index, prepared, bulk),
      ),
    );
    // 3. the state, now that a search finds it; a purge may have come between
    await each(open(), (passage) => finish(ports, passage));
    // 4. tell
    await each(open(), (passage) => tell(ports, passage));

    return events.map((event) => {
      const passage = passages.get(keyOf(event));
      const error = passage ? passage.error : faults.get(keyOf(event));
      return error === undefined
        ? { status: 'fulfilled', value: passage?.outcome ?? 'gone' }
        : { status: 'rejected', reason: error };
    });
  };
}

const passageOf = (event: ImagesProcessedV1): Passage => ({
  event,
  tenant: tenantId(event.tenantid),
  image: imageId(event.data.image_id),
  embeddings: new Map(
    event.data.embeddings.map((encoded) => [encoded.model, decodeEmbedding(encoded)] as const),
  ),
});

/** Runs a step for each; an error stays with its passage. */
async function each(passages: readonly Passage[], step: (passage: Passage) => Promise<void>): Promise<void> {
  await Promise.all(
    passages.map(async (passage) => {
      try {
        await step(passage);
      } catch (error) {
        passage.error = error;
      }
    }),
  );
}

async function keep(ports: IndexPorts, passage: Passage): Promise<void> {
  const { imageStore } = ports;
  const { tenant, image, event } = passage;
  const step = await imageStore.advance(tenant, image, 'processed', event.data.processed_at);
  if (!step || step.record.status === 'purged') return withdraw(ports, passage);
  if (step.record.status === 'indexed' && !event.data.refill) {
    passage.indexedAt = step.record.indexed_at ?? step.record.updated_at;
    return;
  }
  for (const [model, embedding] of passage.embeddings) {
    if (!(await imageStore.putVectors(tenant, image, model, embedding))) return withdraw(ports, passage);
  }
}

/** The picture is gone, or its whole tenant: nothing may stay, also not of a delivery that broke off half-way. */
async function withdraw({ imageStore, index }: IndexPorts, passage: Passage): Promise<void> {
  const { tenant, image, embeddings } = passage;
  for (const [model, { semantic }] of embeddings) {
    await index.prepare(model, semantic.length); // it may be the first that is heard of the model
    await index.remove(tenant, model, [image]);
  }
  await imageStore.removeVectors(tenant, image);
  passage.outcome = 'gone';
}

/** Documents of one tenant for one model's space. */
interface Bulk {
  tenant: TenantId;
  model: string;
  entries: { passage: Passage; embedding: Embedding }[];
}

function bulks(passages: readonly Passage[]): Bulk[] {
  const found = new Map<string, Bulk>();
  for (const passage of passages) {
    for (const [model, embedding] of passage.embeddings) {
      const key = `${passage.tenant}/${model}`;
      const bulk = found.get(key) ?? { tenant: passage.tenant, model, entries: [] };
      bulk.entries.push({ passage, embedding });
      found.set(key, bulk);
    }
  }
  return [...found.values()];
}

async function putBulk(
  index: IndexPorts['index'],
  prepared: Set<string>,
  { tenant, model, entries }: Bulk,
): Promise<void> {
  try {
    const dimension = entries[0]?.embedding.semantic.length ?? 0;
    if (!prepared.has(model)) await index.prepare(model, dimension);
    prepared.add(model);
    const refused = await index.upsert(
      tenant,
      model,
      entries.map(({ passage: { image, event }, embedding }) => vectorDocument(image, event.data, embedding)),
    );
    for (const { imageId: image, reason } of refused) {
      const entry = entries.find(({ passage }) => passage.image === image);
      if (entry) entry.passage.error = new Problem('internal_error', `The index refused ${image}: ${reason}`);
    }
  } catch (error) {
    prepared.delete(model);
    for (const { passage } of entries) passage.error = error;
  }
}

async function finish(ports: IndexPorts, passage: Passage): Promise<void> {
  const { imageStore, now = () => new Date() } = ports;
  if (passage.indexedAt !== undefined) return;
  const { tenant, image, event } = passage;
  const models = [...passage.embeddings.keys()];
  if (event.data.refill) return finishRefill(ports, passage, now().toISOString());
  const step = await imageStore.advance(tenant, image, 'indexed', now().toISOString(), { models });
  if (step && step.record.status !== 'purged') {
    passage.indexedAt = step.record.indexed_at ?? step.record.updated_at;
    return;
  }
  await withdraw(ports, passage);
}

async function finishRefill(ports: IndexPorts, passage: Passage, at: string): Promise<void> {
  const { tenant, image, embeddings } = passage;
  for (const model of embeddings.keys())
    if (!(await ports.imageStore.noteModel(tenant, image, model, at))) return withdraw(ports, passage);
  passage.outcome = 'indexed';
}

async function tell({ publisher }: IndexPorts, passage: Passage): Promise<void> {
  const { tenant, image, event, indexedAt = event.time } = passage;
  const { embeddings, processed_at, embed_with, refill, ...validated } = event.data;
  const indexed: ImagesIndexedV1 = newEvent('images.indexed', {
    tenant,
    subject: image,
    correlationId: event.correlationid,
    time: indexedAt,
    data: { ...validated, models: [...passage.embeddings.keys()], indexed_at: indexedAt },
  });
  await publisher.publish(tenant, [indexed]);
  passage.outcome = 'indexed';
}
