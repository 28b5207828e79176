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
import { added, nextPass, type Visit } from './task.ts';

export interface FillPorts {
  imageStore: Pick<ImageStore, 'list'>;
  blobs: Pick<Blobs, 'bucket'>;
  publisher: EventPublisher;
  /** How long a validation may go on that began before the tenant was given the model. */
  settleSeconds: number;
  now: () => Date;
}

/** Pictures that are ordered at once: what a worker with a GPU embeds in a second or two. */
const WINDOW = 500;
/** The share of a window that may be left to the next pass. */
const LEFT_OVER = 0.1;
/** Seconds after which a window is left as it is. */
const WINDOW_SECONDS = 120;
/** Passes that find pictures without the model's vectors; with their pauses, half an hour. */
const MOST_PASSES = 20;
const LONGEST_PAUSE = 120;

/**
 * Has every indexed picture of a tenant embedded with a model that it lacks, from the pictures that models read: a
 * window is ordered, and waited for, so that the queue is never filled up. It is over when one pass through all
 * pictures, begun late enough, finds none without the model's vectors and none on its way without them.
 * @throws Problem `conflict` where some never get theirs
 */
export const fillWindow =
  (ports: FillPorts) =>
  async (tenant: TenantId, model: string, position: Position): Promise<Visit> => {
    const { imageStore, now } = ports;
    const { cursor, ordered_at, met } = position;
    const page = await imageStore.list(tenant, { limit: WINDOW, ...(cursor !== undefined && { cursor }) });
    const lacking = page.items.filter((record) => isIndexed(record) && !record.models.includes(model));
    if (lacking.length > 0 && ordered_at === undefined) {
      await order(ports, tenant, model, lacking);
      const ordered = { ...position, ordered_at: now().toISOString() };
      return { position: ordered, pause: 1, progress: { ordered: lacking.length } };
    }
    const waited = ordered_at === undefined ? 0 : secondsSince(ordered_at, now);
    if (lacking.length > LEFT_OVER * page.items.length && waited < WINDOW_SECONDS)
      return { position, pause: 1 };
    const onTheirWay = page.items.filter((record) => mayLack(record, position, ports.settleSeconds));
    const all = added(met, { lacking: lacking.length + onTheirWay.length, pictures: page.items.length });
    if (page.nextCursor !== undefined) {
      return { position: { ...position, met: all, cursor: page.nextCursor, ordered_at: undefined } };
    }
    return endOfPass(ports, tenant, model, { ...position, met: all });
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
  if (passes >= MOST_PASSES) {
    throw new Problem(
      'conflict',
      `${met.lacking} pictures of ${tenant} have no vectors of ${model} after half an hour. Look whether the worker runs, and has the model; then start the job again: it goes on where it is.`,
    );
  }
  const settle = settleSeconds - secondsSince(since, now);
  return {
    position: nextPass(position, now()),
    pause: Math.max(settle, met.lacking ? Math.min(LONGEST_PAUSE, 2 ** passes) : 0),
  };
}

/** Validated before the tenant had the model, perhaps, and not indexed yet. */
const mayLack = (
  { status, validated_at, updated_at }: ImageRecord,
  { since }: Position,
  settleSeconds: number,
): boolean =>
  (status === 'validated' || status === 'processed') &&
  Date.parse(validated_at ?? updated_at) < Date.parse(since) + settleSeconds * 1000;

async function order(
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
