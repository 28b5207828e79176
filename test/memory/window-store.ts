import type { TenantId } from '#shared/kernel/ids.ts';
import type { CountedWindow, WindowStore } from '#shared/rate-limit/window-store.ts';

/** Windows in memory, for tests. */
export function memoryWindows(): WindowStore & { readonly writes: () => number } {
  const tenants = new Map<TenantId, Map<string, CountedWindow>>();
  let writes = 0;
  const windowsOf = (tenant: TenantId) => new Map(tenants.get(tenant));
  return {
    writes: () => writes,
    async read(tenant) {
      return windowsOf(tenant);
    },
    async take(tenant, charges, now, endedBy) {
      const windows = windowsOf(tenant);
      const possible = charges.every(({ counter, amount, limit, from }) => {
        const window = windows.get(counter);
        if (from === undefined) return amount <= limit && (!window || window.startedAt <= endedBy);
        return window?.startedAt === from && window.used + amount <= limit;
      });
      if (!possible) return { taken: false, windows };
      writes += 1;
      for (const { counter, amount, from } of charges) {
        const before = from === undefined ? 0 : (windows.get(counter)?.used ?? 0);
        windows.set(counter, { startedAt: from ?? now, used: before + amount });
      }
      tenants.set(tenant, windows);
      return { taken: true, windows: windowsOf(tenant) };
    },
  };
}
