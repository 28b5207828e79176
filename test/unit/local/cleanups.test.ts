import { expect, it } from 'vitest';
import { cleanups } from '../../../infra/local/cleanups.ts';

it('cleanups run once, in reverse order, and go on after a failure', async () => {
  const ended: string[] = [];
  const toEnd = cleanups();
  toEnd.add(async () => void ended.push('first'));
  toEnd.add(() => Promise.reject(new Error('planted')));
  toEnd.add(async () => void ended.push('last'));
  await Promise.all([toEnd.run(), toEnd.run()]);
  expect(ended).toEqual(['last', 'first']);
});
