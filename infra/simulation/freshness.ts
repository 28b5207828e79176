import { FRESHNESS_SECONDS } from '#shared/kernel/service-levels.ts';
import { type Cohort, countOf } from './fair-queue.ts';

/** Images that were indexed, seconds after their upload. */
export interface Indexed extends Cohort {
  age: number;
}

/** Seconds from upload to index. */
export interface Freshness {
  p50: number;
  p95: number;
  p99: number;
  /** The share of images that were indexed within the service's level. */
  fresh: number;
}

export function freshnessOf(done: readonly Indexed[]): Freshness {
  const ages = [...done].sort((one, other) => one.age - other.age);
  const all = countOf(ages);
  const quantile = (share: number): number => {
    let seen = 0;
    for (const { age, count } of ages) {
      seen += count;
      if (seen >= share * all) return age;
    }
    return ages.at(-1)?.age ?? 0;
  };
  const fresh = countOf(ages.filter(({ age }) => age <= FRESHNESS_SECONDS));
  return { p50: quantile(0.5), p95: quantile(0.95), p99: quantile(0.99), fresh: all > 0 ? fresh / all : 1 };
}
