import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { EmbedOutcome } from '#shared/images/embed-image.ts';
import { Problem } from '#shared/kernel/problems.ts';
import { MAX_RECEIVES } from '#shared/kernel/redelivery.ts';
import { type BatchPorts, handleBatch } from '../../../gpu-worker/handle-batch.ts';
import type { BatchReport } from '../../../gpu-worker/report.ts';
import { validatedEvent } from './events.ts';
import { memoryQueue } from './memory-queue.ts';

const never = new AbortController().signal;
const VISIBILITY = { timeoutSeconds: 60, extendEveryMs: 20_000 };

/** Records the names of the reports. */
function recordedReport() {
  const lines: string[] = [];
  const note = (name: string) => () => void lines.push(name);
  const report: BatchReport = {
    handled: (_, { status }) => void lines.push(status),
    rejected: (_, { code }) => void lines.push(`rejected ${code}`),
    retried: note('retried'),
    givenUp: note('given up'),
    unreadable: note('unreadable'),
    extensionFailed: note('extension failed'),
    notSettled: note('not settled'),
    batch: (outcomes) => void lines.push(`batch of ${outcomes.length}`),
  };
  return { lines, report };
}

function setUp(embed: BatchPorts['embed'], changes: Partial<BatchPorts> = {}) {
  const queue = memoryQueue(VISIBILITY.timeoutSeconds);
  const rejected: { code: string; attempts: number; image: string }[] = [];
  const givenUp: { attempts: number; image: string }[] = [];
  const { lines, report } = recordedReport();
  const handle = handleBatch({
    queue,
    visibility: VISIBILITY,
    embed,
    reject: async (event, { code }, attempts) => void rejected.push({ code, attempts, image: event.subject }),
    giveUp: async (event, attempts) => void givenUp.push({ attempts, image: event.subject }),
    report,
    ...changes,
  });
  return { queue, rejected, givenUp, lines, handle };
}

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

describe('a micro-batch', () => {
  it('settles each message on its own', async () => {
    const outcomes: EmbedOutcome[] = [
      { status: 'embedded' },
      { status: 'gone' },
      { status: 'failed', error: new Problem('unreadable_image', 'cut off') },
      { status: 'failed', error: new Problem('dependency_unavailable', 'S3 is down') },
      { status: 'failed', error: new TypeError('unforeseen') },
    ];
    const { queue, rejected, lines, handle } = setUp(async () => outcomes);
    const events = outcomes.map(() => validatedEvent());
    queue.send(...events.map((event) => JSON.stringify(event)), 'no json', '{"type":"images.uploaded"}');
    await handle(await queue.receive(10, 0, never));

    expect(rejected).toEqual([{ code: 'unreadable_image', attempts: 1, image: events[2]?.subject }]);
    expect(queue.remaining()).toEqual([
      { body: JSON.stringify(events[3]), seconds: 5 },
      { body: JSON.stringify(events[4]), seconds: 5 },
      { body: 'no json', seconds: 0 }, // only to reach the dead-letter queue
      { body: '{"type":"images.uploaded"}', seconds: 0 },
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

  it('retries a message whose failure could not be published', async () => {
    const { queue, lines, handle } = setUp(
      async () => [{ status: 'failed', error: new Problem('not_found', 'no image') }],
      { reject: () => Promise.reject(new Problem('dependency_unavailable', 'SNS is down')) },
    );
    queue.send(JSON.stringify(validatedEvent()));
    await handle(await queue.receive(10, 0, never));
    expect(queue.remaining()).toEqual([expect.objectContaining({ seconds: 5 })]);
    expect(lines).toContain('retried');
  });

  it('keeps messages invisible for as long as the work takes', async () => {
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
    expect(queue.remaining()).toEqual([]);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('makes a message visible after the backoff, unaffected by a late extension', async () => {
    const { queue, handle } = setUp(async () => [{ status: 'failed', error: new Error('down') }]);
    queue.send(JSON.stringify(validatedEvent()));
    await handle(await queue.receive(10, 0, never));
    await vi.advanceTimersByTimeAsync(4_000);
    expect(await queue.receive(10, 0, never)).toEqual([]);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(await queue.receive(10, 0, never)).toEqual([expect.objectContaining({ attempts: 2 })]);
  });

  it('is handled even if extensions and removals fail, which are reported', async () => {
    const release = Promise.withResolvers<EmbedOutcome[]>();
    const down = () => Promise.reject(new Error('SQS is down'));
    const base = memoryQueue();
    const { lines, handle } = setUp(() => release.promise, {
      queue: { ...base, changeVisibility: down, remove: down },
    });
    base.send(JSON.stringify(validatedEvent()));
    const handled = handle(await base.receive(10, 0, never));
    await vi.advanceTimersByTimeAsync(VISIBILITY.extendEveryMs);
    release.resolve([{ status: 'embedded' }]);
    await handled;
    expect(lines).toEqual(
      expect.arrayContaining(['extension failed', 'embedded', 'not settled', 'batch of 1']),
    );
  });
});

describe('an outage of a dependency', () => {
  /** Polls every second until the queue is empty. @returns the seconds that took */
  async function workOff({ queue, handle }: ReturnType<typeof setUp>, atMost: number): Promise<number> {
    for (let second = 0; second < atMost; second++) {
      const messages = await queue.receive(10, 0, never);
      if (messages.length > 0) await handle(messages);
      if (queue.remaining().length === 0) return second;
      await vi.advanceTimersByTimeAsync(1_000);
    }
    return Number.POSITIVE_INFINITY;
  }

  it.each([1, 6])('of %d hours loses no image', async (hours) => {
    const end = Date.now() + hours * 3_600_000;
    let mostAttempts = 0;
    const world = setUp(async (events) =>
      events.map(() =>
        Date.now() < end
          ? { status: 'failed', error: new Problem('dependency_unavailable', 'S3 is down') }
          : { status: 'embedded' },
      ),
    );
    const counted = {
      ...world,
      handle: async (messages: Parameters<typeof world.handle>[0]) => {
        mostAttempts = Math.max(mostAttempts, ...messages.map(({ attempts }) => attempts));
        await world.handle(messages);
      },
    };
    world.queue.send(...Array.from({ length: 5 }, () => JSON.stringify(validatedEvent())));
    expect(await workOff(counted, (hours + 1) * 3_600)).toBeLessThan(hours * 3_600 + 901);
    expect(world.lines.filter((line) => line === 'embedded')).toHaveLength(5);
    expect([...world.rejected, ...world.givenUp]).toEqual([]);
    expect(mostAttempts).toBeLessThanOrEqual(MAX_RECEIVES);
  });

  it('is not what a fault of the program is: that is given up after five attempts', async () => {
    const world = setUp(async (events) =>
      events.map(() => ({ status: 'failed', error: new TypeError('a fault') })),
    );
    const event = validatedEvent();
    world.queue.send(JSON.stringify(event));
    expect(await workOff(world, 1_000)).toBe(75);
    expect(world.givenUp).toEqual([{ attempts: 5, image: event.subject }]);
  });

  it('while an image is given up has its message redelivered', async () => {
    const world = setUp(async () => [{ status: 'failed', error: new TypeError('a fault') }], {
      giveUp: () => Promise.reject(new Problem('dependency_unavailable', 'DynamoDB is down')),
    });
    world.queue.send(JSON.stringify(validatedEvent()));
    expect(await workOff(world, 200)).toBe(Number.POSITIVE_INFINITY);
    expect(world.lines).not.toContain('given up');
  });
});
