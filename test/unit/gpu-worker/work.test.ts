import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, it, vi } from 'vitest';
import type { ReceivedMessage } from '../../../gpu-worker/message-queue.ts';
import { work } from '../../../gpu-worker/work.ts';
import { memoryQueue } from './memory-queue.ts';

/** A worker whose batches the test ends. */
function setUp(size = 2) {
  const queue = memoryQueue();
  const stop = new AbortController();
  const batches: { messages: readonly ReceivedMessage[]; end: () => void }[] = [];
  const log: string[] = [];
  const polling = {
    ...queue,
    // An idle poll yields to the event loop, as a real one does.
    receive: async (...call: Parameters<typeof queue.receive>) => {
      await nextTurn();
      return queue.receive(...call);
    },
  };
  const ended = work(
    {
      queue: polling,
      rule: { size, waitMs: 1000 },
      handle: (messages) => {
        const { promise, resolve } = Promise.withResolvers<void>();
        batches.push({ messages, end: () => resolve() });
        return promise.then(() => queue.remove(messages));
      },
      health: { polled: () => log.push('polled'), iterated: () => log.push('iterated') },
      protection: {
        protect: async () => void log.push('protect'),
        release: async () => void log.push('release'),
      },
      onPollError: () => log.push('poll failed'),
    },
    stop.signal,
  );
  return { queue, stop, batches, log, ended };
}

async function until(condition: () => boolean): Promise<void> {
  for (let turn = 0; !condition(); turn++) {
    if (turn > 10_000) throw new Error('the condition was never met');
    await nextTurn();
  }
}

describe('the worker', () => {
  it('has at most two batches in flight', async () => {
    const { queue, stop, batches, ended } = setUp();
    queue.send('a', 'b', 'c', 'd', 'e', 'f');
    await until(() => batches.length === 2);
    for (let turn = 0; turn < 50; turn++) await nextTurn();
    expect(batches.map(({ messages }) => messages.map(({ body }) => body))).toEqual([
      ['a', 'b'],
      ['c', 'd'],
    ]);
    batches[0]?.end();
    await until(() => batches.length === 3);
    stop.abort();
    for (const { end } of batches) end();
    await ended;
    expect(queue.remaining()).toEqual([]);
  });

  it('drains on abort: receives nothing more and settles the batches in flight', async () => {
    const { queue, stop, batches, log, ended } = setUp();
    queue.send('a', 'b', 'c', 'd', 'e');
    await until(() => batches.length === 2);
    stop.abort();
    let over = false;
    void ended.then(() => {
      over = true;
    });
    batches[1]?.end();
    for (let turn = 0; turn < 50; turn++) await nextTurn();
    expect(over).toBe(false);
    batches[0]?.end();
    await ended;
    expect(batches).toHaveLength(2);
    expect(queue.remaining().map(({ body }) => body)).toEqual(['e']);
    expect(log.at(-1)).toBe('release');
  });

  it('is protected while it works and released when idle', async () => {
    const { queue, stop, batches, log, ended } = setUp();
    queue.send('a');
    await until(() => batches.length === 1);
    expect(log).toContain('protect');
    expect(log).not.toContain('release');
    batches[0]?.end();
    await until(() => log.includes('release'));
    stop.abort();
    await ended;
  });

  it('polls without waiting first, then with long polls', async () => {
    const { queue, stop, ended } = setUp();
    await until(() => queue.polls.length >= 3);
    stop.abort();
    await ended;
    expect(queue.polls.slice(0, 3)).toEqual([0, 20, 20]);
  });

  it('survives a queue that is down and resumes when it is up', async () => {
    const { queue, stop, batches, log, ended } = setUp();
    queue.breakDown(true);
    queue.send('a');
    await until(() => log.includes('poll failed'));
    expect(log).not.toContain('polled');
    queue.breakDown(false);
    await vi.waitFor(() => expect(batches).toHaveLength(1), { timeout: 5_000 });
    expect(log).toContain('polled');
    stop.abort();
    batches[0]?.end();
    await ended;
  });

  it('stops at once during a backoff', async () => {
    const { queue, stop, log, ended } = setUp();
    queue.breakDown(true);
    await until(() => log.includes('poll failed'));
    const stoppedAt = performance.now();
    stop.abort();
    await ended;
    expect(performance.now() - stoppedAt).toBeLessThan(400);
  });
});
