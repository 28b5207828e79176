import type { TenantId } from '#shared/domain/ids.ts';
import { Problem } from '#shared/domain/problems.ts';
import { type Demand, type Grant, type Limiter, WINDOW_SECONDS } from './limiter.ts';
import type { Taking, WindowStore, Windows } from './window-store.ts';

/** A process takes ahead at most one of so many that it has used itself: docs/adr/0012-leased-limits.md. */
const LEASE_SHARE = 50;
const WINDOW_MS = WINDOW_SECONDS * 1000;
/** Only who loses a race, for the opening of a window or for the last of a limit, tries again. */
const ATTEMPTS = 20;

/** A window as this process knows it. */
interface Known {
  startedAt: number;
  used: number;
  /** Used by this process. */
  mine: number;
  /** Taken ahead by this process, and not used yet. */
  left: number;
}

/** Counts in windows that all processes share, and takes ahead what it will soon need, so that most calls write nothing. */
export function leasingLimiter(store: WindowStore, now: () => number = Date.now): Limiter {
  const tenants = new Map<TenantId, Map<string, Known>>();

  function learn(tenant: TenantId, windows: Windows): void {
    const known = tenants.get(tenant) ?? new Map<string, Known>();
    for (const [counter, { startedAt, used }] of windows) {
      const before = known.get(counter);
      if (before?.startedAt === startedAt) before.used = Math.max(before.used, used);
      else if (!before || before.startedAt < startedAt)
        known.set(counter, { startedAt, used, mine: 0, left: 0 });
    }
    tenants.set(tenant, known);
  }

  const live = (tenant: TenantId, counter: string, time: number): Known | undefined => {
    const window = tenants.get(tenant)?.get(counter);
    return window && window.startedAt + WINDOW_MS > time ? window : undefined;
  };

  let swept = 0;
  /** Once a window: whoever has had no call for a whole one is forgotten. */
  function forget(time: number): void {
    if (swept + WINDOW_MS > time) return;
    swept = time;
    for (const [tenant, windows] of tenants)
      if ([...windows.values()].every(({ startedAt }) => startedAt + WINDOW_MS <= time))
        tenants.delete(tenant);
  }

  function grant(tenant: TenantId, { counter, amount, limit }: Demand, time: number, use: boolean): Grant {
    const window = live(tenant, counter, time);
    const there = window ? Math.max(0, limit - window.used) + window.left : limit;
    const granted = Math.min(amount, use ? (window?.left ?? 0) : there);
    if (window && use) {
      window.left -= granted;
      window.mine += granted;
    }
    return {
      counter,
      limit,
      granted,
      remaining: Math.max(0, there - (use ? granted : 0)),
      resetsIn: Math.min(
        WINDOW_SECONDS,
        Math.max(1, Math.ceil(((window?.startedAt ?? time) + WINDOW_MS - time) / 1000)),
      ),
    };
  }

  return {
    async take(tenant, demands) {
      forget(now());
      if (!tenants.has(tenant)) learn(tenant, await store.read(tenant));
      for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
        const time = now();
        const takings = demands.flatMap(
          (demand) => takingFor(demand, live(tenant, demand.counter, time)) ?? [],
        );
        // Who is refused takes nothing, of no counter.
        if (takings.some(({ amount }) => amount === 0))
          return demands.map((each) => grant(tenant, each, time, false));
        if (takings.length === 0) return demands.map((each) => grant(tenant, each, time, true));
        const { taken, windows } = await store.take(tenant, takings, time, time - WINDOW_MS);
        learn(tenant, windows);
        if (!taken) continue;
        for (const { counter, amount } of takings) {
          const window = tenants.get(tenant)?.get(counter);
          if (window) window.left += amount;
        }
        return demands.map((each) => grant(tenant, each, time, true));
      }
      throw new Problem('dependency_unavailable', 'The limits are contended. Try again in a moment.', {
        retryAfter: 1,
      });
    },
  };
}

/** What to take for a demand: undefined where enough was taken ahead, an amount of 0 where nothing is left. */
function takingFor({ counter, amount, limit }: Demand, window: Known | undefined): Taking | undefined {
  if (!window) return { counter, amount: Math.min(amount, limit), limit };
  if (window.left >= amount) return undefined;
  const wanted = Math.max(amount - window.left, Math.floor(window.mine / LEASE_SHARE));
  const there = Math.max(0, limit - window.used);
  if (there === 0 && window.left > 0) return undefined; // the last of a lease
  return { counter, amount: Math.min(wanted, there), limit, from: window.startedAt };
}
