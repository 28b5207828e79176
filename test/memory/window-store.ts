import type { TenantId } from '#shared/kernel/ids.ts';
import type { CountedWindow, WindowStore } from '#shared/rate-limit/window-store.ts';

/** Windows in memory, for tests. */
export function memoryWindows(): WindowStore & { readonly writes: () => number } {
  const owners = new Map<string, Map<string, CountedWindow>>();
  let writes = 0;
  const ownerOf = (tenant: TenantId, person?: string) => JSON.stringify([tenant, person]);
  const windowsOf = (tenant: TenantId, person?: string) => new Map(owners.get(ownerOf(tenant, person)));
  return {
    writes: () => writes,
    async read(tenant, person) {
      return windowsOf(tenant, person);
    },
    async take(tenant, charges, now, endedBy, person) {
      const windows = windowsOf(tenant, person);
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
      owners.set(ownerOf(tenant, person), windows);
      return { taken: true, windows: windowsOf(tenant, person) };
    },
  };
}
