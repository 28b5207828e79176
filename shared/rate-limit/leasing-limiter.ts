import type { TenantId } from '#shared/kernel/ids.ts';
import { Problem } from '#shared/kernel/problems.ts';
import { CONFLICT, retryOnConflict } from '#shared/kernel/retry-on-conflict.ts';
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

  const grant = (
    { counter, limit }: Demand,
    granted: number,
    remaining: number,
    endsIn: number, // milliseconds
  ): Grant => ({
    counter,
    limit,
    granted,
    remaining,
    resetsIn: Math.min(WINDOW_SECONDS, Math.max(1, Math.ceil(endsIn / 1000))),
  });
  const endsIn = (window: Known | undefined, time: number): number =>
    (window?.startedAt ?? time) + WINDOW_MS - time;

  return {
    async take(tenant, demands) {
      forget(now());
      if (!tenants.has(tenant)) learn(tenant, await store.read(tenant));
      const exhausted = () =>
        new Problem('dependency_unavailable', 'The limits are contended. Try again in a moment.', {
          retryAfter: 1,
        });
      return retryOnConflict({ attempts: ATTEMPTS, exhausted }, async () => {
        const time = now();
        const shares = demands.map((demand) => shareOf(demand, live(tenant, demand.counter, time)));
        // Who is refused takes nothing, of no counter.
        if (shares.some(({ held, taking }) => held === 0 && !taking))
          return shares.map(({ demand, window, there }) =>
            grant(demand, Math.min(demand.amount, there), there, endsIn(window, time)),
          );
        // Kept for this call while it waits: another call of the process must not use it meanwhile.
        for (const { window, held } of shares) if (window) window.left -= held;
        const putBack = () => {
          for (const { window, held } of shares) if (window) window.left += held;
        };
        const takings = shares.flatMap(({ taking }) => taking ?? []);
        if (takings.length > 0 && !(await takeFromStore(tenant, takings, time, putBack))) return CONFLICT;
        return shares.map(({ demand, window, held, taking }) => {
          // By reference: what was taken of a window stays its own, also where the next has begun meanwhile.
          const from = window ?? openedAt(tenant, demand.counter, time);
          const granted = Math.min(demand.amount, held + (taking?.amount ?? 0));
          if (from) {
            from.left += held + (taking?.amount ?? 0) - granted;
            from.mine += granted;
          }
          const remaining = from ? unusedOf(demand, from) + from.left : demand.limit - granted;
          return grant(demand, granted, remaining, endsIn(from, time));
        });
      });
    },
  };

  /** @returns whether it was taken; what the call holds is put back where it was not */
  async function takeFromStore(
    tenant: TenantId,
    takings: readonly Taking[],
    time: number,
    putBack: () => void,
  ): Promise<boolean> {
    try {
      const { taken, windows } = await store.take(tenant, takings, time, time - WINDOW_MS);
      if (!taken) {
        putBack();
        forgetGone(tenant, takings, windows);
      }
      learn(tenant, windows);
      return taken;
    } catch (error) {
      putBack();
      throw error;
    }
  }

  /** A window that the store no longer has cannot be taken from: the tenant was purged and made anew. */
  function forgetGone(tenant: TenantId, takings: readonly Taking[], windows: Windows): void {
    const known = tenants.get(tenant);
    for (const { counter, from } of takings)
      if (!windows.has(counter) && known?.get(counter)?.startedAt === from) known?.delete(counter);
  }

  function openedAt(tenant: TenantId, counter: string, time: number): Known | undefined {
    const window = tenants.get(tenant)?.get(counter);
    return window?.startedAt === time ? window : undefined;
  }
}

const unusedOf = ({ limit }: Demand, { used }: Known): number => Math.max(0, limit - used);

/** What a call gets of one counter: from what was taken ahead, and from the store; neither where nothing is left. */
interface Share {
  demand: Demand;
  window: Known | undefined;
  /** From the lease. */
  held: number;
  taking?: Taking;
  /** How many are left, as far as this process knows. */
  there: number;
}

function shareOf(demand: Demand, window: Known | undefined): Share {
  const { counter, amount, limit } = demand;
  if (!window) {
    const opening = Math.min(amount, limit);
    return {
      demand,
      window,
      held: 0,
      there: limit,
      ...(opening > 0 && { taking: { counter, amount: opening, limit } }),
    };
  }
  const unused = unusedOf(demand, window);
  const held = Math.min(amount, window.left);
  const share = { demand, window, held, there: unused + window.left };
  if (held === amount || unused === 0) return share; // within the lease, or the last of it
  const wanted = Math.max(amount - held, Math.floor(window.mine / LEASE_SHARE));
  return { ...share, taking: { counter, amount: Math.min(wanted, unused), limit, from: window.startedAt } };
}
