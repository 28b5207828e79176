import { cpuMsSince } from '../../cpu-time.ts';

/**
 * Measures the mean CPU time of two ways to do the same with each item, in milliseconds. Alternates their order: the second of a
 * pair also collects the first one's garbage.
 */
export async function cpuEach<Item>(
  items: readonly Item[],
  ways: readonly [(item: Item) => Promise<unknown>, (item: Item) => Promise<unknown>],
): Promise<[number, number]> {
  const sums: [number, number] = [0, 0];
  const [first] = items;
  if (first !== undefined) for (const way of ways) await way(first); // compiles, and opens what is opened once
  for (const [at, item] of items.entries()) {
    for (const which of at % 2 === 0 ? ([0, 1] as const) : ([1, 0] as const)) {
      const before = process.cpuUsage();
      await ways[which](item);
      sums[which] += cpuMsSince(before);
    }
  }
  return [sums[0] / items.length, sums[1] / items.length];
}
