import { expect, it } from 'vitest';
import { BATCH, inBatches } from '../../../console/src/ui/in-batches.ts';

const problem = {
  type: 'urn:x',
  title: 'No',
  status: 404,
  detail: 'There is none.',
  code: 'not_found',
} as const;

it('notes the outcome of each item, whichever call it was part of', async () => {
  const sizes: number[] = [];
  const noted = new Map<number, string | undefined>();
  await inBatches(
    Array.from({ length: BATCH + 2 }, (_, n) => n),
    async (batch) => {
      sizes.push(batch.length);
      return { outcomes: batch.map((n) => (n === BATCH ? { error: problem } : { done: n })) };
    },
    (item, refusal) => noted.set(item, refusal),
  );
  expect(sizes).toEqual([BATCH, 2]);
  expect(noted.size).toBe(BATCH + 2);
  expect([...noted].filter(([, refusal]) => refusal)).toEqual([[BATCH, 'There is none.']]);
});

it('goes on after a call that failed, whose items are all refused', async () => {
  const noted: (string | undefined)[] = [];
  let calls = 0;
  await inBatches(
    Array.from({ length: BATCH + 1 }, (_, n) => n),
    async (batch) => {
      calls += 1;
      if (calls === 1) throw new Error('No reply');
      return { outcomes: batch.map(() => ({})) };
    },
    (_, refusal) => noted.push(refusal),
  );
  expect(noted).toEqual([...Array(BATCH).fill('No reply'), undefined]);
});
