import pLimit from 'p-limit';
import { quantile } from '../../eval/measure.ts';

/** Latency of calls in milliseconds, and completed calls per second. */
export interface Latency {
  p50: number;
  p95: number;
  perSecond: number;
}

/** Calls once per item, up to `callers` at once. The time of a call excludes its wait for a free caller. */
export async function latencyOf<Item>(
  items: readonly Item[],
  callers: number,
  call: (item: Item) => Promise<unknown>,
): Promise<Latency> {
  const limit = pLimit(callers);
  const times: number[] = [];
  const startedAt = performance.now();
  await limit.map(items, async (item) => {
    const calledAt = performance.now();
    await call(item);
    times.push(performance.now() - calledAt);
  });
  const perSecond = (1000 * items.length) / (performance.now() - startedAt);
  return { ...quantiles(times), perSecond };
}

export const quantiles = (times: readonly number[]): Pick<Latency, 'p50' | 'p95'> => ({
  p50: quantile(times, 0.5),
  p95: quantile(times, 0.95),
});
