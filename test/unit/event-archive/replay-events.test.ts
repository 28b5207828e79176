import { expect, it } from 'vitest';
import type { AnyEvent } from '#shared/contracts/events/envelope.ts';
import { replayEvents } from '#shared/event-archive/replay-events.ts';
import { startEventReplay } from '#shared/event-archive/start-event-replay.ts';
import { runJob } from '#shared/jobs/run-job.ts';
import indexed from '../../contract/events/samples/images.indexed.v1.json' with { type: 'json' };
import { memoryEventArchive } from '../../memory/event-archive.ts';
import { memoryJobQueue } from '../../memory/job-queue.ts';
import { memoryJobStore } from '../../memory/job-store.ts';
import { memoryPublisher } from '../../memory/publisher.ts';

const now = () => new Date('2026-11-05T12:00:00.000Z');
const TIME = { type: 'images.indexed' as const, from: '2026-11-03T12:00:00Z', to: '2026-11-05T01:00:00Z' };

/** An archive with 120 events at each of five times, of which three are asked for, and one of another type. */
function world() {
  const [archive, publisher, jobs, queue] = [
    memoryEventArchive(),
    memoryPublisher(),
    memoryJobStore(),
    memoryJobQueue(),
  ];
  const times = ['2026-11-03T11:59:59.999Z', '2026-11-03T12:00:00.000Z', '2026-11-04T10:00:00.000Z'];
  for (const [at, time] of [...times, '2026-11-05T00:59:59.999Z', '2026-11-05T01:00:00.000Z'].entries())
    for (let i = 0; i < 120; i++)
      archive.add({ ...indexed, id: `e${at}-${i}`, time, tenantid: i % 2 ? 'acme' : 'other' } as AnyEvent);
  archive.add({ ...indexed, type: 'images.failed', time: '2026-11-04T10:00:00.000Z' } as AnyEvent);
  const start = startEventReplay({ jobs, queue, now });
  const run = runJob<'event_replay'>({
    ...{ jobs, queue, now },
    runners: { event_replay: replayEvents({ archive, publisher, now }) },
    budgetSeconds: 60,
  });
  const runAll = async () => {
    for (let message = queue.sent.shift(); message; message = queue.sent.shift()) await run(message.job);
  };
  return { archive, publisher, jobs, start, runAll };
}

it('counts the events of a type and a time, and publishes nothing, if it is only asked to count', async () => {
  const { publisher, jobs, start, runAll } = world();
  const { job_id } = await start({ ...TIME, dry_run: true });
  await runAll();
  expect(publisher.events).toEqual([]);
  expect(await jobs.get(job_id)).toMatchObject({ status: 'completed', progress: { found: 360 } });
});

it('publishes each as it was, in its tenant’s group', async () => {
  const { publisher, jobs, start, runAll } = world();
  const { job_id } = await start(TIME);
  await runAll();
  expect(await jobs.get(job_id)).toMatchObject({
    status: 'completed',
    progress: { found: 360, published: 360 },
  });
  const ids = publisher.events.map(({ id }) => id);
  expect(new Set(ids).size).toBe(360);
  expect(ids.every((id) => /^e[123]-/.test(id))).toBe(true);
  expect(publisher.events.map(({ tenantid }) => tenantid)).toEqual(publisher.groups);
  expect(publisher.events[0]).toMatchObject({ type: 'images.indexed', data: indexed.data });
});

it('publishes a page again that was interrupted, under the same ids', async () => {
  const { publisher, jobs, start, runAll } = world();
  const { job_id } = await start(TIME);
  const publish = publisher.publish;
  let calls = 0;
  publisher.publish = async (...args) => {
    await publish(...args);
    calls += 1;
    if (calls === 3) throw new TypeError('the process ended');
  };
  await runAll();
  expect((await jobs.get(job_id))?.status).toBe('completed');
  const ids = publisher.events.map(({ id }) => id);
  expect(new Set(ids).size).toBe(360);
  expect(ids.length).toBeGreaterThan(360);
});

it.each([
  { from: '2026-11-04T00:00:00Z', to: '2026-11-04T00:00:00Z' },
  { from: '2026-10-20T00:00:00Z', to: '2026-11-04T00:00:00Z' },
])('is refused for a time that the archive has not: $from', async (time) => {
  const { start } = world();
  await expect(start({ ...TIME, ...time })).rejects.toMatchObject({ code: 'invalid_request' });
});
