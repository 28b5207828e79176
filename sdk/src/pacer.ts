import { PacerCounter } from './pacer-counter.ts';
import type { RateLimits } from './rate-limit.ts';
import { sleep } from './sleep.ts';

/** Spreads calls over the windows of a tenant's limits. */
export interface Pacer {
  /**
   * Waits until a call can be sent.
   * @param kind calls of a kind touch the same counters
   * @param amounts what the call takes from counters, if not one
   * @returns what to call with the limits of the reply; without any, if there was none
   */
  admit(
    kind: string,
    amounts: Readonly<Record<string, number>>,
    signal?: AbortSignal,
  ): Promise<(limits?: RateLimits) => void>;
}

/**
 * Returns a pacer. The first call of a kind goes when no other kind's first call is under way, as its reply names the counters that
 * the kind touches; later ones are spread evenly over what is left of each counter's window.
 */
export function newPacer(): Pacer {
  const counters = new Map<string, PacerCounter>();
  /** The names of the counters that calls of a kind touch. */
  const kinds = new Map<string, ReadonlySet<string>>();
  let learning: Promise<void> | undefined;

  /** Returns the counters of a kind; before its first reply, those that all others touch. */
  const countersOf = (kind: string): [name: string, counter: PacerCounter][] => {
    const known = kinds.get(kind);
    const touching = known ? [known] : [...kinds.values()].filter(({ size }) => size > 0);
    return [...counters].filter(([name]) => touching.every((names) => names.has(name)));
  };

  /** Waits until no kind is being learned, if this one is not known. @returns what ends its learning */
  const learn = async (kind: string): Promise<() => void> => {
    while (!kinds.has(kind) && learning) await learning;
    if (kinds.has(kind)) return () => {};
    let end = () => {};
    learning = new Promise((resolve) => {
      end = resolve;
    });
    return () => {
      learning = undefined;
      end();
    };
  };

  return {
    async admit(kind, amounts, signal) {
      const learned = await learn(kind);
      const taken: { counter: PacerCounter; amount: number }[] = [];
      const settle = (lost: boolean) => {
        for (const { counter, amount } of taken) counter.settle(amount, lost);
        learned();
      };
      try {
        for (const [name, counter] of countersOf(kind)) {
          const amount = amounts[name] ?? 1;
          let at = counter.take(amount, Date.now());
          while (at === undefined) {
            await sleep(Math.max(counter.end - Date.now(), 1), signal);
            at = counter.take(amount, Date.now());
          }
          taken.push({ counter, amount });
          if (at > Date.now()) await sleep(at - Date.now(), signal);
        }
      } catch (error) {
        settle(false);
        throw error;
      }
      return (limits) => {
        const now = Date.now();
        for (const [name, described] of Object.entries(limits ?? {})) {
          const counter = counters.get(name);
          if (counter) counter.learn(described, now);
          else counters.set(name, new PacerCounter(described, now));
        }
        if (limits) kinds.set(kind, new Set([...(kinds.get(kind) ?? []), ...Object.keys(limits)]));
        settle(limits === undefined);
      };
    },
  };
}
