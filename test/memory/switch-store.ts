import type { SwitchStore } from '#shared/switches/switch-store.ts';
import { ALL_ON } from '#shared/switches/switches.ts';

/** Switches in memory, for tests. */
export function memorySwitchStore(): SwitchStore {
  let stored = ALL_ON;
  return {
    get: async () => structuredClone(stored),
    async put(switches) {
      const before = stored;
      stored = structuredClone(switches);
      return before;
    },
  };
}
