import type { Heartbeats } from '#shared/health/heartbeats.ts';

/** Heartbeats in memory, for tests. */
export function memoryHeartbeats(): Heartbeats {
  const heartbeats = new Map<string, { at: string; detail: string; expires: number }>();
  return {
    async record(service, at, ttlSeconds, detail) {
      heartbeats.set(service, { at: at.toISOString(), detail, expires: at.getTime() + ttlSeconds * 1000 });
    },
    async last(service) {
      const heartbeat = heartbeats.get(service);
      return heartbeat && heartbeat.expires > Date.now()
        ? { at: heartbeat.at, detail: heartbeat.detail }
        : undefined;
    },
  };
}
