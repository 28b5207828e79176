import { TimeoutError } from '@deeplens/sdk';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { reply, scripted } from './scripted-fetch.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** Returns a client whose images have the status that `statusOf` says at a time, and the ids that each call asked for. */
function polled(statusOf: (id: string, seconds: number) => string) {
  const begun = Date.now();
  const { client, sent } = scripted([
    () => {
      const ids = idsOf(sent.at(-1));
      const status = (id: string) => statusOf(id, (Date.now() - begun) / 1000);
      return reply({ images: ids.map((image_id) => ({ image_id, status: status(image_id) })) });
    },
  ]);
  const idsOf = (call?: { query: URLSearchParams }) => call?.query.get('ids')?.split(',') ?? [];
  return { client, asked: () => sent.map(idsOf) };
}

const IDS = Array.from({ length: 150 }, (_, n) => `img_${n}`);

test('images are asked for a hundred with a call', async () => {
  const { client, asked } = polled(() => 'indexed');
  const images = await client.images.waitUntilIndexed(IDS);
  expect(images.map(({ image_id }) => image_id)).toEqual(IDS);
  expect(asked()).toEqual([IDS.slice(0, 100), IDS.slice(100)]);
});

test('those that are settled are not asked for again', async () => {
  const { client, asked } = polled((id, seconds) =>
    id === 'img_1' && seconds < 20 ? 'validated' : 'indexed',
  );
  const onProgress = vi.fn();
  const waiting = client.images.waitUntilIndexed(['img_0', 'img_1', 'img_2'], { onProgress });
  await vi.runAllTimersAsync();
  expect(await waiting).toHaveLength(3);
  const [first, ...later] = asked();
  expect(first).toHaveLength(3);
  expect(later.length).toBeGreaterThan(2);
  expect(later.length).toBeLessThan(20);
  expect(new Set(later.flat())).toEqual(new Set(['img_1']));
  expect(onProgress.mock.calls).toEqual([
    [{ indexed: 2, failed: 0, total: 3 }],
    [{ indexed: 3, failed: 0, total: 3 }],
  ]);
});

test('a wait has a limit', async () => {
  const { client } = polled(() => 'validated');
  const waiting = client.images.waitUntilIndexed(IDS, { timeoutMs: 10_000 });
  waiting.catch(() => {});
  await vi.runAllTimersAsync();
  await expect(waiting).rejects.toThrow(TimeoutError);
});
