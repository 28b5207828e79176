import { describe, expect, it } from 'vitest';
import type { PartitionLayout } from '#shared/vector-index/partitions.ts';
import { withCurrentLayout } from '#shared/vector-index/with-current-layout.ts';

const layouts = (...numbers: number[]): PartitionLayout[] =>
  numbers.map((last) => ({
    model: 'm',
    last,
    partitions: [{ name: `images-m-${last}`, roles: ['serving'] }],
  }));

/** Returns one layout after the other, then always the last. */
function reader(series: PartitionLayout[]) {
  let reads = 0;
  return async () => {
    const layout = series[Math.min(reads, series.length - 1)];
    reads += 1;
    if (!layout) throw new Error('no layout');
    return layout;
  };
}

describe('withCurrentLayout', () => {
  it('retries a failed call with the new layout', async () => {
    const seen: number[] = [];
    const answer = await withCurrentLayout(reader(layouts(1, 2)), async ({ last }) => {
      seen.push(last);
      if (last === 1) throw new Error('gone');
      return `from ${last}`;
    });
    expect([answer, seen]).toEqual(['from 2', [1, 2]]);
  });

  it('fails if the layout has not changed', async () => {
    let calls = 0;
    const call = withCurrentLayout(reader(layouts(1)), async () => {
      calls += 1;
      throw new Error('broken');
    });
    await expect(call).rejects.toThrow('broken');
    expect(calls).toBe(1);
  });

  it('outlasts five builds, each of which changes the layout twice', async () => {
    const changing = reader(layouts(...Array.from({ length: 11 }, (_, number) => number)));
    const answer = await withCurrentLayout(changing, async ({ last }) => {
      if (last < 10) throw new Error('gone');
      return `from ${last}`;
    });
    expect(answer).toBe('from 10');
  });

  it('gives up after a number of attempts', async () => {
    const changing = reader(layouts(...Array.from({ length: 100 }, (_, number) => number)));
    const call = withCurrentLayout(changing, async () => {
      throw new Error('always gone');
    });
    await expect(call).rejects.toThrow('always gone');
  });
});
