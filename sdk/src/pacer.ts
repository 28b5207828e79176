import type { RateLimit, RateLimits } from './rate-limit.ts';
import { sleep } from './sleep.ts';

/** Spreads calls over the windows of a tenant's limits. */
export interface Pacer {
  /**
   * Waits until a call can be sent.
   * @param kind calls of a kind touch the same counters
   * @param amounts what the call takes from counters, if not one
   * @returns what to call with the limits of the reply
   */
  admit(
    kind: string,
    amounts: Readonly<Record<string, number>>,
    signal?: AbortSignal,
  ): Promise<(limits: RateLimits) => void>;
}

/** Added to the end of a window, which the service gives in whole seconds. */
const WINDOW_SLACK_MS = 1_000;

/** A counter as its last reply described it, with the calls that are under way. */
interface Counter {
  limit: number;
  remaining: number;
  windowMs: number;
  endsAt: number;
  underWay: number;
  /** The time of the next free slot. */
  nextAt: number;
}

/**
 * Returns a pacer. The first call of a kind goes alone, as its reply names the counters that the kind touches; later ones are spread
 * evenly over what is left of each counter's window.
 */
export function newPacer(): Pacer {
  const counters = new Map<string, Counter>();
  const kinds = new Map<string, readonly string[]>();
  const learning = new Map<string, Promise<void>>();

  /** Returns the time at which a counter has room, and takes it; undefined if it has none in this window. */
  const slotOf = (counter: Counter, amount: number, now: number): number | undefined => {
    if (now >= counter.endsAt) {
      counter.remaining = counter.limit;
      counter.endsAt = now + counter.windowMs;
      counter.nextAt = now;
    }
    const free = counter.remaining - counter.underWay;
    // A call of more than a whole window is the service's to refuse.
    if (free < Math.min(amount, counter.limit)) return undefined;
    const at = Math.max(now, counter.nextAt);
    counter.nextAt = at + (Math.max(counter.endsAt - at, 0) / Math.max(free, 1)) * amount;
    return at;
  };

  const learn = (limits: RateLimits, now: number): void => {
    for (const [name, { limit, remaining, resetsInS, windowS }] of Object.entries<RateLimit>(limits)) {
      const endsAt = now + resetsInS * 1000 + WINDOW_SLACK_MS;
      const counter = counters.get(name);
      if (counter) Object.assign(counter, { limit, remaining, endsAt, windowMs: windowS * 1000 });
      else
        counters.set(name, {
          limit,
          remaining,
          endsAt,
          windowMs: windowS * 1000,
          underWay: 0,
          nextAt: now,
        });
    }
  };

  return {
    async admit(kind, amounts, signal) {
      for (let first = learning.get(kind); first; first = learning.get(kind)) await first;
      let learned = () => {};
      if (!kinds.has(kind))
        learning.set(
          kind,
          new Promise((resolve) => {
            learned = () => {
              learning.delete(kind);
              resolve();
            };
          }),
        );
      const taken: { counter: Counter; amount: number }[] = [];
      const giveBack = () => {
        for (const { counter, amount } of taken) counter.underWay -= amount;
        learned();
      };
      try {
        for (const name of kinds.get(kind) ?? []) {
          const counter = counters.get(name);
          if (!counter) continue;
          const amount = amounts[name] ?? 1;
          let at = slotOf(counter, amount, Date.now());
          while (at === undefined) {
            await sleep(Math.max(counter.endsAt - Date.now(), 1), signal);
            at = slotOf(counter, amount, Date.now());
          }
          counter.underWay += amount;
          taken.push({ counter, amount });
          if (at > Date.now()) await sleep(at - Date.now(), signal);
        }
      } catch (error) {
        giveBack();
        throw error;
      }
      return (limits) => {
        learn(limits, Date.now());
        if (Object.keys(limits).length > 0) kinds.set(kind, Object.keys(limits));
        giveBack();
      };
    },
  };
}
