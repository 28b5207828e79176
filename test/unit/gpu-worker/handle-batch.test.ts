import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { EmbedOutcome } from '#shared/images/embed-image.ts';
import { Problem } from '#shared/kernel/problems.ts';
import { type BatchPorts, backoffSeconds, handleBatch } from '../../../gpu-worker/handle-batch.ts';
import type { BatchReport } from '../../../gpu-worker/report.ts';
import { validatedEvent } from './events.ts';
import { memoryQueue } from './memory-queue.ts';

const never = new AbortController().signal;
const HOLD = { seconds: 60, renewEveryMs: 20_000 };

/** Keeps what was reported, by name. */
function recordedReport() {
  const lines: string[] = [];
  const note = (name: string) => () => void lines.push(name);
  const report: BatchReport = {
    picture: (_, { status }) => void lines.push(status),
    rejected: (_, { code }) => void lines.push(`rejected ${code}`),
    retried: note('retried'),
    unreadable: note('unreadable'),
    renewalFailed: note('renewal failed'),
    notSettled: note('not settled'),
    batch: (outcomes) => void lines.push(`batch of ${outcomes.length}`),
  };
  return { lines, report };
}

function setUp(embed: BatchPorts['embed'], changes: Partial<BatchPorts> = {}) {
  const queue = memoryQueue(HOLD.seconds);
  const rejected: { code: string; attempts: number; image: string }[] = [];
  const { lines, report } = recordedReport();
  const handle = handleBatch({
    queue,
    hold: HOLD,
    embed,
    reject: async (event, { code }, attempts) => void rejected.push({ code, attempts, image: event.subject }),
    report,
    ...changes,
  });
  return { queue, rejected, lines, handle };
}

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

describe('a micro-batch', () => {
  it('removes only what succeeded: each message ends by itself', async () => {
    const outcomes: EmbedOutcome[] = [
      { status: 'embedded' },
      { status: 'gone' },
      { status: 'failed', error: new Problem('unreadable_image', 'cut off') },
      { status: 'failed', error: new Problem('dependency_unavailable', 'S3 is away') },
      { status: 'failed', error: new TypeError('unforeseen') },
    ];
    const { queue, rejected, lines, handle } = setUp(async () => outcomes);
    const events = outcomes.map(() => validatedEvent());
    queue.send(...events.map((event) => JSON.stringify(event)), 'no json', '{"type":"images.uploaded"}');
    await handle(await queue.receive(10, 0, never));

    expect(rejected).toEqual([{ code: 'unreadable_image', attempts: 1, image: events[2]?.subject }]);
    expect(queue.left()).toEqual([
      { body: JSON.stringify(events[3]), seconds: 5 },
      { body: JSON.stringify(events[4]), seconds: 5 },
      { body: 'no json', seconds: 5 },
      { body: '{"type":"images.uploaded"}', seconds: 5 },
    ]);
    expect(lines.toSorted()).toEqual([
      'batch of 5',
      'embedded',
      'gone',
      'rejected unreadable_image',
      'retried',
      'retried',
      'unreadable',
      'unreadable',
    ]);
  });

  it('comes again where even the refusal could not be told', async () => {
    const { queue, lines, handle } = setUp(
      async () => [{ status: 'failed', error: new Problem('not_found', 'no picture') }],
      { reject: () => Promise.reject(new Problem('dependency_unavailable', 'SNS is away')) },
    );
    queue.send(JSON.stringify(validatedEvent()));
    await handle(await queue.receive(10, 0, never));
    expect(queue.left()).toEqual([expect.objectContaining({ seconds: 5 })]);
    expect(lines).toContain('retried');
  });

  it('stays hidden for as long as the work takes', async () => {
    const release = Promise.withResolvers<EmbedOutcome[]>();
    const { queue, handle } = setUp(() => release.promise);
    queue.send(JSON.stringify(validatedEvent()));
    const handled = handle(await queue.receive(10, 0, never));
    for (let minute = 0; minute < 10; minute++) {
      await vi.advanceTimersByTimeAsync(60_000);
      expect(await queue.receive(10, 0, never)).toEqual([]);
    }
    release.resolve([{ status: 'embedded' }]);
    await handled;
    expect(queue.left()).toEqual([]);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('is shown again when the backoff says, not when a late renewal would', async () => {
    const { queue, handle } = setUp(async () => [{ status: 'failed', error: new Error('away') }]);
    queue.send(JSON.stringify(validatedEvent()));
    await handle(await queue.receive(10, 0, never));
    await vi.advanceTimersByTimeAsync(4_000);
    expect(await queue.receive(10, 0, never)).toEqual([]);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(await queue.receive(10, 0, never)).toEqual([expect.objectContaining({ attempts: 2 })]);
  });

  it('is worked on where renewals and removals fail; it says so', async () => {
    const release = Promise.withResolvers<EmbedOutcome[]>();
    const away = () => Promise.reject(new Error('SQS is away'));
    const base = memoryQueue();
    const { lines, handle } = setUp(() => release.promise, { queue: { ...base, hide: away, remove: away } });
    base.send(JSON.stringify(validatedEvent()));
    const handled = handle(await base.receive(10, 0, never));
    await vi.advanceTimersByTimeAsync(HOLD.renewEveryMs);
    release.resolve([{ status: 'embedded' }]);
    await handled;
    expect(lines).toEqual(
      expect.arrayContaining(['renewal failed', 'embedded', 'not settled', 'batch of 1']),
    );
  });
});

it('waits twice as long after each attempt, five minutes at most', () => {
  expect([1, 2, 3, 4, 5, 10].map(backoffSeconds)).toEqual([5, 10, 20, 40, 80, 300]);
});
