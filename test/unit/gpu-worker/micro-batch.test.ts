import { describe, expect, it } from 'vitest';
import { fillBatch } from '../../../gpu-worker/micro-batch.ts';
import { memoryQueue } from './memory-queue.ts';

const never = new AbortController().signal;
const bodies = (count: number) => Array.from({ length: count }, (_, i) => `body ${i}`);

describe('filling a micro-batch', () => {
  it('fills the batch over several receives and leaves the rest in the queue', async () => {
    const queue = memoryQueue();
    queue.send(...bodies(40));
    const batch = await fillBatch(queue, { size: 32, waitMs: 1000 }, 20, never);
    expect(batch.map(({ body }) => body)).toEqual(bodies(32));
    expect(queue.polls).toEqual([20, 0, 0, 0]);
  });

  it('ends when the queue is empty', async () => {
    const queue = memoryQueue();
    queue.send(...bodies(3));
    expect(await fillBatch(queue, { size: 32, waitMs: 1000 }, 20, never)).toHaveLength(3);
    expect(queue.polls).toEqual([20, 0]);
  });

  it('ends when its time is over', async () => {
    const queue = memoryQueue();
    queue.send(...bodies(40));
    expect(await fillBatch(queue, { size: 32, waitMs: 0 }, 20, never)).toHaveLength(10);
  });

  it('returns no messages after one empty poll', async () => {
    const queue = memoryQueue();
    expect(await fillBatch(queue, { size: 32, waitMs: 1000 }, 20, never)).toEqual([]);
    expect(queue.polls).toEqual([20]);
  });

  it('returns the received messages if a later receive fails, and throws if the first fails', async () => {
    const queue = memoryQueue();
    queue.send(...bodies(20));
    let calls = 0;
    const failing = {
      ...queue,
      receive: (...call: Parameters<typeof queue.receive>) =>
        ++calls === 2 ? Promise.reject(new Error('throttled')) : queue.receive(...call),
    };
    expect(await fillBatch(failing, { size: 32, waitMs: 1000 }, 20, never)).toHaveLength(10);
    queue.breakDown(true);
    await expect(fillBatch(queue, { size: 32, waitMs: 1000 }, 20, never)).rejects.toThrow('queue down');
  });
});
