import type { ImagesValidatedV1 } from '#shared/contracts/events/images-validated.v1.ts';
import { newEvent } from '#shared/contracts/events/new-event.ts';
import type { Embedding } from '#shared/embedding/embedder.ts';
import { encodeEmbedding } from '#shared/embedding/wire.ts';
import { validatedFields } from '#shared/images/image-event-data.ts';
import { indexImages } from '#shared/images/index-image.ts';
import { cancelJob } from '#shared/jobs/cancel-job.ts';
import { findJob } from '#shared/jobs/find-job.ts';
import { isModelJob, type ModelJob } from '#shared/jobs/job.ts';
import { type JobOutcome, runJob } from '#shared/jobs/run-job.ts';
import {
  type ImageId,
  type JobId,
  newImageId,
  newKeyId,
  type TenantId,
  tenantId,
} from '#shared/kernel/ids.ts';
import { modelRunners } from '#shared/models/model-runners.ts';
import { type ModelRequest, startModelJob } from '#shared/models/start-model-job.ts';
import { memoryBlobs } from '../../memory/blobs.ts';
import { memoryImageStore } from '../../memory/image-store.ts';
import { memoryJobQueue } from '../../memory/job-queue.ts';
import { memoryJobStore } from '../../memory/job-store.ts';
import { memoryPublisher } from '../../memory/publisher.ts';
import { memoryTenantStore } from '../../memory/tenant-store.ts';
import { memoryVectorIndex } from '../../memory/vector-index.ts';

export const ALICE = tenantId('alice');
export const BOB = tenantId('bob');
export const OLD = 'old';
export const NEW = 'new';
export const DIMENSIONS = new Map([
  [OLD, 8],
  [NEW, 12],
]);
const SETTLE_SECONDS = 60;
const MAX_RECEIVES = 5;

/** Returns a unit vector, different for each image and model. */
function vectorOf(image: ImageId, model: string, salt: number): Float32Array {
  const dimension = DIMENSIONS.get(model) ?? 0;
  let state = [...`${image}${model}${salt}`].reduce((sum, char) => (sum * 31 + char.charCodeAt(0)) >>> 0, 7);
  const values = Float32Array.from({ length: dimension }, () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32 - 0.5;
  });
  const length = Math.hypot(...values);
  return values.map((value) => value / length);
}
export const embeddingOf = (image: ImageId, model: string): Embedding => ({
  semantic: vectorOf(image, model, 1),
  copy: vectorOf(image, model, 2),
});

/** Tenants with images, a pipeline that embeds on request, and a clock that advances with each message. */
async function modelsWorld() {
  const clock = { now: Date.parse('2026-03-01T12:00:00.000Z') };
  const now = () => new Date(clock.now);
  const [imageStore, blobs, index, jobs] = [
    memoryImageStore(),
    memoryBlobs(),
    memoryVectorIndex(),
    memoryJobStore(),
  ];
  const [tenants, queue, publisher] = [memoryTenantStore(), memoryJobQueue(), memoryPublisher()];
  await index.prepare(OLD, 8);
  const installed = [OLD, NEW] as const;
  const indexAll = indexImages({ imageStore, index, publisher, now });

  for (const tenant of [ALICE, BOB]) {
    const first_key_id = newKeyId();
    const profile = { tenant_id: tenant, name: tenant, plan: 'pro' as const, first_key_id };
    await tenants.reserve({ ...profile, state: 'creating', created_at: now().toISOString() });
    const key = { key_id: first_key_id, tenant_id: tenant, kind: 'live' as const, name: 'first' };
    const more = { scopes: [], created_at: now().toISOString() };
    await tenants.activate(tenant, { ...key, ...more, hash: tenant });
  }

  async function processed(event: ImagesValidatedV1): Promise<PromiseSettledResult<unknown>[]> {
    const image = event.data.image_id as ImageId; // made by newImageId below
    const models = event.data.embed_with ?? [OLD];
    return indexAll([
      newEvent('images.processed', {
        tenant: tenantId(event.tenantid),
        subject: image,
        ...(event.data.refill && { id: `${image}.${models.join('.')}.images.processed` }),
        correlationId: event.correlationid,
        time: now().toISOString(),
        data: {
          ...event.data,
          embeddings: models.map((model) => encodeEmbedding(model, embeddingOf(image, model))),
          processed_at: now().toISOString(),
        },
      }),
    ]);
  }

  /** Creates a validated image, to be embedded with its tenant's current models. */
  async function validate(tenant: TenantId): Promise<ImagesValidatedV1> {
    const [image, at] = [newImageId(), now().toISOString()];
    const owner = await tenants.get(tenant);
    await imageStore.create({
      ...{ tenant_id: tenant, image_id: image, status: 'validated', file_path: `${image}.jpg` },
      ...{
        storage_location: 'uploads',
        storage_type: 's3',
        file_size: 1000,
        stored_bytes: 1000,
        content_type: 'image/jpeg',
      },
      ...{ metadata: {}, models: [], correlation_id: 'corr', created_at: at, updated_at: at },
      ...{ format: 'jpeg', width: 400, height: 300, hash_sha256: '0'.repeat(64), hash_md5: '0'.repeat(32) },
      ...{ hash_perceptual: '0'.repeat(16), hash_pixels: '0'.repeat(64), exif: {}, thumbnails: [] },
      validated_at: at,
    });
    const record = await imageStore.get(tenant, image);
    if (!record) throw new Error('the image was just created');
    const embed_with = [...(owner?.settings?.models ?? [OLD]), ...Object.keys(owner?.filling_models ?? {})];
    const data = { ...validatedFields(record, blobs.bucket), embed_with };
    return newEvent('images.validated', {
      ...{ tenant, subject: image, correlationId: 'corr', time: at, data },
    });
  }

  /** Adds an image through the whole pipeline. */
  async function add(tenant: TenantId): Promise<ImageId> {
    const event = await validate(tenant);
    await processed(event);
    return event.data.image_id as ImageId;
  }

  const runnerPorts = {
    ...{ tenants, jobs, now, imageStore, blobs, index, publisher, installed },
    ...{ dimensions: DIMENSIONS, settleSeconds: SETTLE_SECONDS },
  };
  const startPorts = { jobs, queue, tenants, installed, now };
  const queues = {
    scan: queue,
    ...{ model_migration: queue, model_rollback: queue },
    ...{ index_rebuild: queue, index_check: queue, index_move: queue, redrive: queue },
  };
  const runWith = (ports: Partial<typeof runnerPorts> = {}) =>
    runJob({
      ...{ jobs, queue, now },
      runners: modelRunners({ ...runnerPorts, ...ports }),
      budgetSeconds: 30,
    });

  /** Embeds the images whose embedding was requested. */
  async function work(selected: (event: ImagesValidatedV1) => boolean = () => true): Promise<void> {
    for (const event of publisher.events.splice(0))
      if (event.type === 'images.validated' && selected(event)) await processed(event);
  }

  /**
   * Delivers messages until none is left, each after its delay; in between the worker embeds. A message whose run throws is
   * delivered again.
   */
  async function deliverAll({ run = runWith(), between = () => work() } = {}): Promise<JobOutcome[]> {
    const outcomes: JobOutcome[] = [];
    const waiting: { job: JobId; at: number; attempts: number }[] = [];
    for (let steps = 0; steps < 5_000; steps++) {
      for (const { job, delaySeconds } of queue.sent.splice(0))
        waiting.push({ job, at: clock.now + delaySeconds * 1000, attempts: 1 });
      const message = waiting.sort((one, other) => one.at - other.at).shift();
      if (!message) return outcomes;
      clock.now = Math.max(clock.now + 100, message.at);
      try {
        outcomes.push(await run(message.job, message.attempts === MAX_RECEIVES));
      } catch {
        if (message.attempts < MAX_RECEIVES)
          waiting.push({ ...message, at: clock.now + 1000, attempts: message.attempts + 1 });
      }
      await between();
    }
    throw new Error('the job never ends');
  }

  return {
    ...{ clock, imageStore, index, jobs, tenants, queue, publisher, add, validate, processed, work },
    ...{ deliverAll, runWith },
    start: (request: ModelRequest, owner?: TenantId) => startModelJob(startPorts)(request, owner),
    cancel: async (id: JobId) => {
      const job = await findJob({ jobs })(id);
      if (!isModelJob(job)) throw new Error('there is no such job');
      return cancelJob({ jobs, queues, now })(job);
    },
    async jobOf(id: JobId): Promise<ModelJob> {
      const job = await jobs.get(id);
      if (!job || !isModelJob(job)) throw new Error('there is no such job');
      return job;
    },
    async modelsOf(tenant: TenantId) {
      const owner = await tenants.get(tenant);
      return { chosen: owner?.settings?.models, filling: owner?.filling_models };
    },
    /** Returns true if an image is the nearest to its own vectors of the model. */
    async finds(tenant: TenantId, image: ImageId, model: string): Promise<boolean> {
      const results = await index.search(tenant, model, { ...embeddingOf(image, model), k: 1 });
      return results.some(({ imageId, copy = 0 }) => imageId === image && copy > 0.99);
    },
  };
}

/** A world with images of Alice's, and one of Bob's. */
export async function worldOf(count: number) {
  const world = await modelsWorld();
  const images: ImageId[] = [];
  for (let n = 0; n < count; n++) images.push(await world.add(ALICE));
  const other = await world.add(BOB);
  world.publisher.events.splice(0);
  return { world, images, other };
}
