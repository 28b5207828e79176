import type { Blobs } from '#shared/blobs/blobs.ts';
import { newEvent } from '#shared/contracts/events/new-event.ts';
import { validatedFields } from '#shared/images/image-event-data.ts';
import type { ImageRecord } from '#shared/images/image-record.ts';
import type { ImageStore } from '#shared/images/image-store.ts';
import { isIndexed } from '#shared/images/indexed-image.ts';
import type { Position } from '#shared/jobs/job.ts';
import type { TenantId } from '#shared/kernel/ids.ts';
import { Problem } from '#shared/kernel/problems.ts';
import type { EventPublisher } from '#shared/messaging/publisher.ts';
import { nextPass, sumByKind, type Visit } from './model-task.ts';

export interface FillPorts {
  imageStore: Pick<ImageStore, 'list'>;
  blobs: Pick<Blobs, 'bucket'>;
  publisher: EventPublisher;
  /** Maximum seconds of a validation, which may have read the tenant's models before the model was added. */
  settleSeconds: number;
  now: () => Date;
}

/** Images that are requested together: a worker with a GPU embeds them in a second or two. */
const WINDOW = 500;
/** The share of a window that may be left to the next pass. */
const MAX_LEFT_SHARE = 0.1;
/** Seconds to wait for a window. */
const WINDOW_SECONDS = 120;
/** The most passes that still find images without the model's vectors; half an hour with their pauses. */
const MAX_PASSES = 20;
const MAX_PAUSE_SECONDS = 120;

/**
 * Requests the embedding of every indexed image of a tenant that lacks the model's vectors, from the stored model images.
 * A window is requested and waited for, so that the queue stays short. Done when one pass through all images, begun
 * late enough, finds none without the vectors, and none in the pipeline that will lack them.
 * @throws Problem `conflict` if some images never get them
 */
export const fillWindow =
  (ports: FillPorts) =>
  async (tenant: TenantId, model: string, position: Position): Promise<Visit> => {
    const { imageStore, now } = ports;
    const { cursor, ordered_at, met } = position;
    const page = await imageStore.list(tenant, { limit: WINDOW, ...(cursor !== undefined && { cursor }) });
    const lacking = page.items.filter((record) => isIndexed(record) && !record.models.includes(model));
    if (lacking.length > 0 && ordered_at === undefined) {
      await requestEmbedding(ports, tenant, model, lacking);
      const ordered = { ...position, ordered_at: now().toISOString() };
      return { position: ordered, pause: 1, progress: { ordered: lacking.length } };
    }
    if (ordered_at !== undefined && secondsSince(ordered_at, now) < WINDOW_SECONDS) {
      // What was indexed since was not ordered with the window: it is left to the next pass.
      const awaited = lacking.filter(({ indexed_at = '' }) => indexed_at < ordered_at);
      if (awaited.length > MAX_LEFT_SHARE * page.items.length) return { position, pause: 1 };
    }
    const inPipeline = page.items.filter((record) => mayLack(record, position, ports.settleSeconds));
    const counts = sumByKind(met, {
      lacking: lacking.length + inPipeline.length,
      pictures: page.items.length,
    });
    if (page.nextCursor !== undefined) {
      return { position: { ...position, met: counts, cursor: page.nextCursor, ordered_at: undefined } };
    }
    return endOfPass(ports, tenant, model, { ...position, met: counts });
  };

function endOfPass(
  { settleSeconds, now }: FillPorts,
  tenant: TenantId,
  model: string,
  position: Position,
): Visit {
  const { since, pass_since, passes, met } = position;
  const early = settleSeconds - (Date.parse(pass_since) - Date.parse(since)) / 1000;
  if (!met.lacking && early <= 0) return { position: 'done', progress: { pictures: met.pictures ?? 0 } };
  if (passes >= MAX_PASSES) {
    throw new Problem(
      'conflict',
      `${met.lacking} images of ${tenant} have no vectors of ${model} after half an hour. Check that the worker runs and has the model, then start the job again: it resumes.`,
    );
  }
  const settle = settleSeconds - secondsSince(since, now);
  return {
    position: nextPass(position, now()),
    pause: Math.max(settle, met.lacking ? Math.min(MAX_PAUSE_SECONDS, 2 ** passes) : 0),
  };
}

/** Returns true for an image that may have been validated before the tenant had the model, and is not indexed yet. */
const mayLack = (
  { status, validated_at, updated_at }: ImageRecord,
  { since }: Position,
  settleSeconds: number,
): boolean =>
  (status === 'validated' || status === 'processed') &&
  Date.parse(validated_at ?? updated_at) < Date.parse(since) + settleSeconds * 1000;

async function requestEmbedding(
  { publisher, blobs, now }: FillPorts,
  tenant: TenantId,
  model: string,
  records: readonly ImageRecord[],
): Promise<void> {
  const events = records.map((record) =>
    newEvent('images.validated', {
      id: `${record.image_id}.${model}.images.validated`,
      tenant,
      subject: record.image_id,
      correlationId: record.correlation_id,
      time: now().toISOString(),
      data: { ...validatedFields(record, blobs.bucket), embed_with: [model], refill: true },
    }),
  );
  await publisher.publish(tenant, events);
}

const secondsSince = (time: string, now: () => Date): number => (now().getTime() - Date.parse(time)) / 1000;
