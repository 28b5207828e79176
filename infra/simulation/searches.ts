import type { Policies } from './policies.ts';
import type { ServiceTimes } from './service-times.ts';

export interface SearchOutcome {
  perSecond: number;
  /** Concurrent executions of searches: on average, and for 99.9 % of calls. */
  meanConcurrency: number;
  p999Concurrency: number;
  reserved: number;
  /** The share of calls that found no free execution. */
  throttled: number;
  /** Concurrent executions of the authorizer, on average. */
  authorizers: number;
}

const SECONDS = 120;

/**
 * Simulates searches that arrive at random (Poisson), with times spread as a lognormal through the measured quantiles, on
 * the executions that are reserved.
 * @param random numbers in [0, 1)
 */
export function simulateSearches(
  perSecond: number,
  { reserved }: Policies,
  times: ServiceTimes,
  random: () => number,
): SearchOutcome {
  const sigma = Math.log(times.searchP95 / times.searchP50) / 1.645;
  const duration = () => times.searchP50 * Math.exp(sigma * normal(random));
  const ends: number[] = [];
  const seen: number[] = [];
  let calls = 0;
  let throttled = 0;
  for (let now = exponential(random, perSecond); now < SECONDS; now += exponential(random, perSecond)) {
    calls++;
    for (let at = ends.length - 1; at >= 0; at--) if ((ends[at] ?? 0) <= now) ends.splice(at, 1);
    seen.push(ends.length);
    if (ends.length >= reserved.search) throttled++;
    else ends.push(now + duration());
  }
  seen.sort((one, other) => one - other);
  return {
    perSecond,
    meanConcurrency: seen.reduce((sum, each) => sum + each, 0) / Math.max(1, seen.length),
    p999Concurrency: seen[Math.floor(seen.length * 0.999)] ?? 0,
    reserved: reserved.search,
    throttled: throttled / Math.max(1, calls),
    authorizers: perSecond * times.authorize,
  };
}

const exponential = (random: () => number, rate: number): number => -Math.log(1 - random()) / rate;

/** Box and Muller's transform. */
const normal = (random: () => number): number =>
  Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
