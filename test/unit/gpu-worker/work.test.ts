import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, it, vi } from 'vitest';
import type { HeldMessage } from '../../../gpu-worker/message-queue.ts';
import { work } from '../../../gpu-worker/work.ts';
import { memoryQueue } from './memory-queue.ts';

/** A worker whose batches end when the test says so. */
function setUp(size = 2) {
  const queue = memoryQueue();
  const stop = new AbortController();
  const batches: { messages: readonly HeldMessage[]; end: () => void }[] = [];
  const said: string[] = [];
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
      vitals: { polled: () => said.push('polled'), turned: () => said.push('turned') },
      protection: {
        protect: async () => void said.push('protect'),
        release: async () => void said.push('release'),
      },
      onPollError: () => said.push('poll failed'),
    },
    stop.signal,
  );
  return { queue, stop, batches, said, ended };
}

async function until(condition: () => boolean): Promise<void> {
  for (let turn = 0; !condition(); turn++) {
    if (turn > 10_000) throw new Error('the condition never held');
    await nextTurn();
  }
}

describe('the worker', () => {
  it('fetches the next batch while one is worked on, and no third', async () => {
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
    expect(queue.left()).toEqual([]);
  });

  it('drains: it takes nothing more, finishes what it holds, and only then ends', async () => {
    const { queue, stop, batches, said, ended } = setUp();
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
    expect(queue.left().map(({ body }) => body)).toEqual(['e']);
    expect(said.at(-1)).toBe('release');
  });

  it('is protected before it works, and let go when it is idle', async () => {
    const { queue, stop, batches, said, ended } = setUp();
    queue.send('a');
    await until(() => batches.length === 1);
    expect(said).toContain('protect');
    expect(said).not.toContain('release');
    batches[0]?.end();
    await until(() => said.includes('release'));
    stop.abort();
    await ended;
  });

  it('polls at once at first, then waits for messages', async () => {
    const { queue, stop, ended } = setUp();
    await until(() => queue.polls.length >= 3);
    stop.abort();
    await ended;
    expect(queue.polls.slice(0, 3)).toEqual([0, 20, 20]);
  });

  it('survives a queue that is away, and goes on when it is back', async () => {
    const { queue, stop, batches, said, ended } = setUp();
    queue.breakDown(true);
    queue.send('a');
    await until(() => said.includes('poll failed'));
    expect(said).not.toContain('polled');
    queue.breakDown(false);
    await vi.waitFor(() => expect(batches).toHaveLength(1), { timeout: 5_000 });
    expect(said).toContain('polled');
    stop.abort();
    batches[0]?.end();
    await ended;
  });

  it('stops at once while it pauses', async () => {
    const { queue, stop, said, ended } = setUp();
    queue.breakDown(true);
    await until(() => said.includes('poll failed'));
    const stoppedAt = performance.now();
    stop.abort();
    await ended;
    expect(performance.now() - stoppedAt).toBeLessThan(400);
  });
});
