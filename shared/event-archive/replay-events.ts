import type { AnyEvent } from '#shared/contracts/events/envelope.ts';
import { EVENTS } from '#shared/contracts/events/registry.ts';
import type { EventReplay } from '#shared/jobs/job.ts';
import type { JobWriter } from '#shared/jobs/job-writer.ts';
import type { JobRunner } from '#shared/jobs/run-job.ts';
import { tenantId } from '#shared/kernel/ids.ts';
import type { EventPublisher } from '#shared/messaging/publisher.ts';
import type { EventArchive } from './event-archive.ts';

interface Ports {
  archive: EventArchive;
  publisher: EventPublisher;
  now: () => Date;
}

const DAY_MS = 24 * 60 * 60 * 1000;
/** Seconds between pages that are published: the queues behind the bus have other work too. */
const PAUSE = 1;

/**
 * Publishes archived events of a type and a time again: first it counts them (`found`), then it publishes them, page by page,
 * as they were, under their own ids. Consumers are idempotent, so a page that is interrupted is published again as a whole.
 */
export const replayEvents = (ports: Ports): JobRunner<'event_replay'> => ({
  retries: 'job',
  async advance(writer) {
    const { type, from, to, step, day = from.slice(0, 10), after } = writer.job;
    const { events, next } = await ports.archive.read(type, day, after);
    const wanted = events.filter(({ time }) => time >= from && time < to);
    if (step === 'publish') await publish(ports, writer.job, wanted);
    const counter = step === 'publish' ? 'published' : 'found';
    const progress = {
      ...writer.job.progress,
      [counter]: (writer.job.progress[counter] ?? 0) + wanted.length,
    };
    return move(ports, writer, { progress, day, next });
  },
});

async function publish(
  { publisher }: Ports,
  { type }: EventReplay,
  events: readonly AnyEvent[],
): Promise<void> {
  for (const [tenant, own] of Map.groupBy(events, ({ tenantid }) => tenantId(tenantid)))
    await publisher.publish(
      tenant,
      own.map((event) => EVENTS[type].parse(event)),
    );
}

/** Goes on to the next page, the next day or the next step, or ends the job. */
async function move(
  { now }: Ports,
  writer: JobWriter<EventReplay>,
  { progress, day, next }: Pick<EventReplay, 'progress'> & { day: string; next: string | undefined },
): Promise<number | 'done'> {
  const { step, to, from, dry_run = false } = writer.job;
  const pause = step === 'publish' ? PAUSE : 0;
  if (next !== undefined) {
    await writer.write({ progress, day, after: next });
    return pause;
  }
  const following = new Date(Date.parse(day) + DAY_MS).toISOString();
  if (following < to) {
    await writer.write({ progress, day: following.slice(0, 10), after: undefined });
    return pause;
  }
  if (step === 'count' && !dry_run && (progress.found ?? 0) > 0) {
    await writer.write({ progress, step: 'publish', day: from.slice(0, 10), after: undefined });
    return 0;
  }
  const ended = { status: 'completed' as const, step: 'done', finished_at: now().toISOString() };
  await writer.write({ ...ended, progress, after: undefined });
  return 'done';
}
