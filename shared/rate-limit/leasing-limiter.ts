import type { TenantId } from '#shared/kernel/ids.ts';
import { Problem } from '#shared/kernel/problems.ts';
import { CONFLICT, retryOnConflict } from '#shared/kernel/retry-on-conflict.ts';
import { type Demand, type Grant, type Limiter, WINDOW_SECONDS } from './limiter.ts';
import type { Charge, WindowStore, Windows } from './window-store.ts';

/** A lease is at most 1/50 of what the process has used in the window: docs/adr/0012-leased-limits.md. */
const LEASE_DIVISOR = 50;
const WINDOW_MS = WINDOW_SECONDS * 1000;
/** Retries happen only after losing a race to open a window or to use up a limit. */
const ATTEMPTS = 20;

/** This process's view of a window. */
interface LocalWindow {
  startedAt: number;
  /** Taken by all processes, as last read. */
  used: number;
  /** Used by this process. */
  usedHere: number;
  /** Leased to this process and not used yet. */
  leased: number;
}

/** Counts in shared windows, and leases a small part of a limit in advance so that most calls write nothing. */
export function leasingLimiter(store: WindowStore, now: () => number = Date.now): Limiter {
  /** By owner: a tenant, or one of its people. */
  const owners = new Map<string, Map<string, LocalWindow>>();
  /** The windows that grants were taken from. */
  const windowOf = new WeakMap<Grant, LocalWindow>();

  function merge(owner: string, windows: Windows): void {
    const local = owners.get(owner) ?? new Map<string, LocalWindow>();
    for (const [counter, { startedAt, used }] of windows) {
      const before = local.get(counter);
      if (before?.startedAt === startedAt) before.used = Math.max(before.used, used);
      else if (!before || before.startedAt < startedAt)
        local.set(counter, { startedAt, used, usedHere: 0, leased: 0 });
    }
    owners.set(owner, local);
  }

  const current = (owner: string, counter: string, time: number): LocalWindow | undefined => {
    const window = owners.get(owner)?.get(counter);
    return window && window.startedAt + WINDOW_MS > time ? window : undefined;
  };

  let evictedAt = 0;
  /** Drops owners whose windows have all ended; runs at most once per window. */
  function evictIdle(time: number): void {
    if (evictedAt + WINDOW_MS > time) return;
    evictedAt = time;
    for (const [owner, windows] of owners)
      if ([...windows.values()].every(({ startedAt }) => startedAt + WINDOW_MS <= time)) owners.delete(owner);
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
  const endsIn = (window: LocalWindow | undefined, time: number): number =>
    (window?.startedAt ?? time) + WINDOW_MS - time;

  return {
    async take(tenant, demands, person) {
      const owner = ownerOf(tenant, person);
      evictIdle(now());
      if (!owners.has(owner)) merge(owner, await store.read(tenant, person));
      const exhausted = () =>
        new Problem('dependency_unavailable', 'The limits are contended. Try again in a moment.', {
          retryAfter: 1,
        });
      return retryOnConflict({ attempts: ATTEMPTS, exhausted }, async () => {
        const time = now();
        const shares = demands.map((demand) => shareOf(demand, current(owner, demand.counter, time)));
        // A refused call takes from no counter.
        if (shares.some(({ fromLease, charge }) => fromLease === 0 && !charge))
          return shares.map(({ demand, window, available }) =>
            grant(demand, Math.min(demand.amount, available), available, endsIn(window, time)),
          );
        // Deduct before awaiting the store: concurrent calls of this process must not use the same lease.
        for (const { window, fromLease } of shares) if (window) window.leased -= fromLease;
        const restoreLeases = () => {
          for (const { window, fromLease } of shares) if (window) window.leased += fromLease;
        };
        const charges = shares.flatMap(({ charge }) => charge ?? []);
        const charge = (amounts: readonly Charge[]) =>
          chargeStore({ tenant, person, owner }, amounts, time, restoreLeases);
        if (charges.length > 0 && !(await charge(charges))) return CONFLICT;
        return shares.map(({ demand, window, fromLease, charge }) => {
          // The window that was charged, by reference: the next one may have started meanwhile.
          const from = window ?? openedAt(owner, demand.counter, time);
          const granted = Math.min(demand.amount, fromLease + (charge?.amount ?? 0));
          if (from) {
            from.leased += fromLease + (charge?.amount ?? 0) - granted;
            from.usedHere += granted;
          }
          const remaining = from ? unusedOf(demand, from) + from.leased : demand.limit - granted;
          const made = grant(demand, granted, remaining, endsIn(from, time));
          if (from) windowOf.set(made, from);
          return made;
        });
      });
    },
    async left(tenant, demands, person) {
      const owner = ownerOf(tenant, person);
      merge(owner, await store.read(tenant, person));
      const time = now();
      return demands.map((demand) => {
        const window = current(owner, demand.counter, time);
        const available = window ? unusedOf(demand, window) + window.leased : demand.limit;
        return grant(demand, 0, available, endsIn(window, time));
      });
    },
    giveBack(unused) {
      for (const { grant: made, amount } of unused) {
        const window = windowOf.get(made);
        if (!window) continue;
        window.leased += amount;
        window.usedHere -= amount;
        windowOf.delete(made);
      }
    },
  };

  /** Charges the shared windows; restores the call's leases on failure. @returns true if charged */
  async function chargeStore(
    { tenant, person, owner }: { tenant: TenantId; person: string | undefined; owner: string },
    charges: readonly Charge[],
    time: number,
    restoreLeases: () => void,
  ): Promise<boolean> {
    try {
      const { taken, windows } = await store.take(tenant, charges, time, time - WINDOW_MS, person);
      if (!taken) {
        restoreLeases();
        dropMissing(owner, charges, windows);
      }
      merge(owner, windows);
      return taken;
    } catch (error) {
      restoreLeases();
      throw error;
    }
  }

  /** Drops charged windows that the store no longer has: the tenant was purged and created again. */
  function dropMissing(owner: string, charges: readonly Charge[], windows: Windows): void {
    const local = owners.get(owner);
    for (const { counter, from } of charges)
      if (!windows.has(counter) && local?.get(counter)?.startedAt === from) local?.delete(counter);
  }

  function openedAt(owner: string, counter: string, time: number): LocalWindow | undefined {
    const window = owners.get(owner)?.get(counter);
    return window?.startedAt === time ? window : undefined;
  }
}

/** A tenant's id has no space. */
const ownerOf = (tenant: TenantId, person: string | undefined): string =>
  person === undefined ? tenant : `${tenant} ${person}`;

const unusedOf = ({ limit }: Demand, { used }: LocalWindow): number => Math.max(0, limit - used);

/** The parts of one demand that the lease and the store meet; both 0 if nothing is left. */
interface Share {
  demand: Demand;
  window: LocalWindow | undefined;
  fromLease: number;
  /** The rest and the next lease. */
  charge?: Charge;
  /** Remaining in the window, as far as this process knows. */
  available: number;
}

function shareOf(demand: Demand, window: LocalWindow | undefined): Share {
  const { counter, amount, limit } = demand;
  if (!window) {
    const opening = Math.min(amount, limit);
    return {
      demand,
      window,
      fromLease: 0,
      available: limit,
      ...(opening > 0 && { charge: { counter, amount: opening, limit } }),
    };
  }
  const unused = unusedOf(demand, window);
  const fromLease = Math.min(amount, window.leased);
  const share = { demand, window, fromLease, available: unused + window.leased };
  if (fromLease === amount || unused === 0) return share;
  const wanted = Math.max(amount - fromLease, Math.floor(window.usedHere / LEASE_DIVISOR));
  return { ...share, charge: { counter, amount: Math.min(wanted, unused), limit, from: window.startedAt } };
}
