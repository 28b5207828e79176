import type { WebhookReplay } from '#shared/jobs/job.ts';
import type { JobWriter } from '#shared/jobs/job-writer.ts';
import type { JobRunner } from '#shared/jobs/run-job.ts';
import type { DeliveryStore } from './delivery-store.ts';
import { again, checkEnabled, type RedeliverPorts } from './redeliver.ts';

interface Ports extends RedeliverPorts {
  deliveries: RedeliverPorts['deliveries'] & Pick<DeliveryStore, 'list'>;
  now: () => Date;
}

/** Deliveries of a page, and seconds between pages: what waits for an endpoint costs writes while it waits. */
const PAGE = 100;
const PAUSE = 5;

/**
 * Repeats the deliveries of a time, page by page, the newest page first. What was written since the job began is left
 * alone, so that a page that is read twice is repeated once.
 */
export const runReplay = (ports: Ports): JobRunner<'webhook_replay'> => ({
  retries: 'job',
  async advance(writer) {
    const { owner, webhook_id, from, to, state, types, cursor, started_at } = writer.job;
    await checkEnabled(ports, owner, webhook_id);
    const filter = { from, to, state, types };
    const { items, nextCursor } = await ports.deliveries.list(owner, webhook_id, filter, {
      cursor,
      limit: PAGE,
    });
    const oldest = items.filter(({ updated_at }) => updated_at < started_at).toReversed();
    let repeated = 0;
    for (const delivery of oldest) if (await again(ports, delivery)) repeated += 1;
    return note(ports, writer, { repeated, met: items.length, nextCursor });
  },
});

async function note(
  { now }: Ports,
  writer: JobWriter<WebhookReplay>,
  { repeated, met, nextCursor }: { repeated: number; met: number; nextCursor: string | undefined },
): Promise<number | 'done'> {
  const { progress } = writer.job;
  const counts = {
    repeated: (progress.repeated ?? 0) + repeated,
    left_alone: (progress.left_alone ?? 0) + met - repeated,
  };
  if (nextCursor !== undefined) {
    await writer.write({ progress: counts, cursor: nextCursor });
    return PAUSE;
  }
  const ended = { status: 'completed' as const, step: 'done', finished_at: now().toISOString() };
  await writer.write({ ...ended, progress: counts, cursor: undefined });
  return 'done';
}
