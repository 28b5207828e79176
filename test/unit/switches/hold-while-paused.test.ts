import { expect, it } from 'vitest';
import { holdWhilePaused } from '#shared/switches/hold-while-paused.ts';

it('sends messages again while paused, and runs on each once the pause is over', async () => {
  let paused = true;
  const [again, ran]: [[string, number][], string[]] = [[], []];
  const handle = holdWhilePaused<string>({
    isPaused: async () => paused,
    sendAgain: async (...sent) => {
      again.push(sent);
    },
    run: async (message) => ran.push(message),
  });
  for (const message of ['a', 'b']) await handle(message);
  expect(ran).toEqual([]);
  expect(again).toEqual([
    ['a', 60],
    ['b', 60],
  ]);
  paused = false;
  for (const [message] of again) await handle(message);
  expect(ran).toEqual(['a', 'b']);
});

it('fails if a message that is held cannot be sent again: the queue delivers it again itself', async () => {
  const handle = holdWhilePaused<string>({
    isPaused: async () => true,
    sendAgain: async () => {
      throw new Error('away');
    },
    run: async () => undefined,
  });
  await expect(handle('a')).rejects.toThrow('away');
});
