import type { Heartbeats } from '#shared/health/heartbeats.ts';

/** The service name under which the readiness check reads the heartbeat. */
export const WORKER_SERVICE = 'gpu-worker';
/** Milliseconds between two heartbeats: three missed ones expire the last. */
const INTERVAL_MS = 20_000;
const TTL_SECONDS = 60;
/** Milliseconds between two checks until the worker is ready. */
const NOT_READY_INTERVAL_MS = 1_000;

/** Writes a heartbeat periodically while the worker is ready. Its timers do not keep the process alive. */
export function startHeartbeat(ports: {
  heartbeats: Pick<Heartbeats, 'record'>;
  isReady(): boolean;
  detail: string;
  onError(error: unknown): void;
}): void {
  const tick = async () => {
    const ready = ports.isReady();
    try {
      if (ready) await ports.heartbeats.record(WORKER_SERVICE, new Date(), TTL_SECONDS, ports.detail);
    } catch (error) {
      ports.onError(error);
    }
    setTimeout(tick, ready ? INTERVAL_MS : NOT_READY_INTERVAL_MS).unref();
  };
  void tick();
}
