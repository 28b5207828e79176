import { setTimeout } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { decideGroups } from '#shared/contracts/http/duplicates.ts';
import { ImageIdField } from '#shared/contracts/http/fields.ts';
import { deleteImages } from '#shared/contracts/http/images.ts';
import { Problem } from '#shared/kernel/problems.ts';
import { parseField } from '#shared/runtime/input.ts';
import { outcomesOf } from '#shared/runtime/problem-responses.ts';

const errorOf = (outcome: unknown) => Object(outcome).error;

describe('the outcomes of a bulk call', () => {
  it('are in order, and one that is refused or fails leaves the others', async () => {
    const outcomes = await outcomesOf(
      ['slow', 'refused', 'invalid', 'fault', 'quick'],
      'corr-1',
      async (entry, at) => {
        if (entry === 'slow') await setTimeout(5);
        if (entry === 'refused') throw new Problem('not_found', 'There is none.');
        if (entry === 'fault') throw new TypeError('a secret detail');
        if (entry === 'invalid') parseField(ImageIdField, entry, `/image_ids/${at}`);
        return { done: entry };
      },
    );
    expect(outcomes).toEqual([
      { done: 'slow' },
      { error: expect.objectContaining({ code: 'not_found', detail: 'There is none.', instance: 'corr-1' }) },
      { error: expect.objectContaining({ code: 'invalid_request' }) },
      { error: expect.objectContaining({ code: 'internal_error', status: 500 }) },
      { done: 'quick' },
    ]);
    expect(errorOf(outcomes[2]).errors[0].pointer).toBe('/image_ids/2');
    expect(JSON.stringify(outcomes)).not.toContain('secret');
  });

  it('say which dependency is unavailable, too: the others have been made by then', async () => {
    const [down, up] = await outcomesOf(['down', 'up'], 'c', async (entry) => {
      if (entry === 'down') throw new Problem('dependency_unavailable', 'later', { retryAfter: 1 });
      return 'made';
    });
    expect([errorOf(down).code, up]).toEqual(['dependency_unavailable', 'made']);
  });

  it('are worked on eight at a time', async () => {
    let running = 0;
    let most = 0;
    const outcomes = await outcomesOf([...Array(100).keys()], 'c', async (entry) => {
      running += 1;
      most = Math.max(most, running);
      await setTimeout(1);
      running -= 1;
      return entry;
    });
    expect(outcomes).toEqual([...Array(100).keys()]);
    expect(most).toBe(8);
  });
});

it.each([
  ['decisions', decideGroups.body],
  ['image_ids', deleteImages.body],
])('a list of %s has 1 to 100 entries', (name, body) => {
  const accepts = (length: number) => body?.safeParse({ [name]: Array(length).fill('any') }).success;
  expect([0, 1, 100, 101].map(accepts)).toEqual([false, true, true, false]);
});
