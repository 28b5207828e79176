import { describe, expect, it } from 'vitest';
import { onLayout } from '#shared/vector-index/on-layout.ts';
import type { Layout } from '#shared/vector-index/partitions.ts';

const layouts = (...numbers: number[]): Layout[] =>
  numbers.map((last) => ({ model: 'm', last, spaces: [{ name: `images-m-${last}`, roles: ['serving'] }] }));

/** Reads one layout after the other, the last one for ever. */
function reader(series: Layout[]) {
  let reads = 0;
  return async () => {
    const layout = series[Math.min(reads, series.length - 1)];
    reads += 1;
    if (!layout) throw new Error('no layout');
    return layout;
  };
}

describe('a call on the spaces of a model', () => {
  it('is made again on the spaces that there are now, where they have changed under it', async () => {
    const seen: number[] = [];
    const answer = await onLayout(reader(layouts(1, 2)), async ({ last }) => {
      seen.push(last);
      if (last === 1) throw new Error('gone');
      return `from ${last}`;
    });
    expect([answer, seen]).toEqual(['from 2', [1, 2]]);
  });

  it('fails where they are the same', async () => {
    let calls = 0;
    const call = onLayout(reader(layouts(1)), async () => {
      calls += 1;
      throw new Error('broken');
    });
    await expect(call).rejects.toThrow('broken');
    expect(calls).toBe(1);
  });

  it('does not go on for ever', async () => {
    const changing = reader(layouts(...Array.from({ length: 100 }, (_, number) => number)));
    const call = onLayout(changing, async () => {
      throw new Error('always gone');
    });
    await expect(call).rejects.toThrow('always gone');
  });
});
