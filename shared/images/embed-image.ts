import type { Blobs } from '#shared/blobs/blobs.ts';
import type { ImagesValidatedV1 } from '#shared/contracts/events/images-validated.v1.ts';
import { newEvent } from '#shared/contracts/events/new-event.ts';
import type { Embedder, Embedding, ModelInput } from '#shared/embedding/embedder.ts';
import { encodeEmbedding } from '#shared/embedding/wire.ts';
import type { Imaging } from '#shared/imaging/imaging.ts';
import { imageId, tenantId } from '#shared/kernel/ids.ts';
import { Problem } from '#shared/kernel/problems.ts';
import type { EventPublisher } from '#shared/messaging/publisher.ts';
import type { ImageStore } from './image-store.ts';

export interface EmbedPorts {
  /** Every model of the environment, the default first. */
  embedders: readonly [Embedder, ...Embedder[]];
  imaging: Pick<Imaging, 'decodeModelImage' | 'modelInput'>;
  blobs: Pick<Blobs, 'get'>;
  imageStore: Pick<ImageStore, 'get' | 'advance'>;
  publisher: EventPublisher;
}

/** What became of an event. `gone`: the picture was purged meanwhile, there is nothing left to do. */
export type EmbedOutcome = { status: 'embedded' } | { status: 'gone' } | { status: 'failed'; error: unknown };

/** A picture on its way through the steps. Once it has an outcome, it takes no further step. */
interface Passage {
  event: ImagesValidatedV1;
  inputs: Map<Embedder, ModelInput>;
  embeddings: Map<Embedder, Embedding>;
  outcome?: EmbedOutcome;
}

/**
 * Embeds a micro-batch with the models that each picture is to have, one forward pass a model, and tells `images.processed` of each picture.
 * A picture that cannot be embedded ends as `failed` and leaves the others alone.
 * @returns an outcome for each event, in order; it does not throw
 */
export const embedImages =
  (ports: EmbedPorts) =>
  async (events: readonly ImagesValidatedV1[]): Promise<EmbedOutcome[]> => {
    const passages: Passage[] = events.map((event) => ({ event, inputs: new Map(), embeddings: new Map() }));
    const open = () => passages.filter((passage) => !passage.outcome);
    const each = (step: (passage: Passage) => Promise<void>) => Promise.all(open().map(guarded(step)));

    await each((passage) => load(ports, passage));
    for (const embedder of ports.embedders)
      await embedTogether(
        embedder,
        open().filter(({ inputs }) => inputs.has(embedder)),
      );
    await each((passage) => announce(ports, passage));
    return passages.map(({ outcome }) => outcome ?? { status: 'embedded' });
  };

const guarded = (step: (passage: Passage) => Promise<void>) => async (passage: Passage) => {
  try {
    await step(passage);
  } catch (error) {
    passage.outcome = { status: 'failed', error };
  }
};

/** Fetches the picture that models read, and makes each model's input of it. */
async function load({ blobs, imageStore, imaging, embedders }: EmbedPorts, passage: Passage): Promise<void> {
  const { tenant, image } = subjectOf(passage.event);
  const bytes = await blobs.get(tenant, passage.event.data.model_picture.key);
  if (!bytes) {
    const record = await imageStore.get(tenant, image);
    if (record && record.status !== 'purged') {
      throw new Problem('not_found', `The picture that models read of ${image} is not in the store.`);
    }
    passage.outcome = { status: 'gone' };
    return;
  }
  const picture = await imaging.decodeModelImage(bytes);
  for (const embedder of wantedBy(passage.event, embedders)) {
    passage.inputs.set(embedder, await imaging.modelInput(picture, embedder.manifest.input));
  }
}

/** @throws Problem `dependency_unavailable` where a model is not loaded here: another worker may have it, or a later one */
function wantedBy({ data }: ImagesValidatedV1, embedders: EmbedPorts['embedders']): Embedder[] {
  if (!data.embed_with) return [embedders[0]];
  return data.embed_with.map((name) => {
    const embedder = embedders.find(({ manifest }) => manifest.name === name);
    if (!embedder) throw new Problem('dependency_unavailable', `This worker has no model ${name}.`);
    return embedder;
  });
}

/** One forward pass for all; where that fails, one for each, so that an input cannot fail the others. */
async function embedTogether(embedder: Embedder, passages: readonly Passage[]): Promise<void> {
  const pass = async (together: readonly Passage[]) => {
    const embeddings = await embedder.embed(together.flatMap(({ inputs }) => inputs.get(embedder) ?? []));
    for (const [position, passage] of together.entries()) {
      const embedding = embeddings[position];
      if (!embedding) throw new Problem('internal_error', `${embedder.manifest.name} left out a picture.`);
      passage.embeddings.set(embedder, embedding);
    }
  };
  if (passages.length === 0) return;
  try {
    await pass(passages);
  } catch {
    for (const passage of passages) await guarded((alone) => pass([alone]))(passage);
  }
}

/**
 * First the record, then the event: so the record is never behind what the next step writes, and a picture that was
 * purged meanwhile is not spoken of. Where the event cannot be told, the message comes again and both are repeated.
 */
async function announce({ imageStore, publisher }: EmbedPorts, passage: Passage): Promise<void> {
  const { event, embeddings } = passage;
  const { tenant, image } = subjectOf(event);
  const processedAt = new Date().toISOString();
  const change = await imageStore.advance(tenant, image, 'processed', processedAt);
  if (!change || change.record.status === 'purged') {
    passage.outcome = { status: 'gone' };
    return;
  }
  const models = [...embeddings.keys()].map(({ manifest }) => manifest.name);
  const processed = newEvent('images.processed', {
    tenant,
    subject: image,
    ...(event.data.refill && { id: `${image}.${models.join('.')}.images.processed` }),
    correlationId: event.correlationid,
    time: processedAt,
    data: {
      ...event.data,
      embeddings: [...embeddings].map(([{ manifest }, embedding]) =>
        encodeEmbedding(manifest.name, embedding),
      ),
      processed_at: processedAt,
    },
  });
  await publisher.publish(tenant, [processed]);
}

const subjectOf = (event: ImagesValidatedV1) => ({
  tenant: tenantId(event.tenantid),
  image: imageId(event.data.image_id),
});
