import type { Heartbeats } from '#shared/health/heartbeats.ts';

/** The name under which readiness looks for workers. */
export const WORKER_SERVICE = 'gpu-worker';
/** Milliseconds between two signs; three may be missed before the worker counts as gone. */
const BEAT_EVERY = 20_000;
const TTL_SECONDS = 60;
/** Until the first poll has ended, readiness is asked for more often, in milliseconds. */
const FIRST_BEAT_AFTER = 1_000;

/** Leaves a sign of life while the worker is ready. Its timers do not keep the process alive. */
export function signsOfLife(ports: {
  heartbeats: Pick<Heartbeats, 'beat'>;
  isReady(): boolean;
  detail: string;
  onError(error: unknown): void;
}): void {
  const turn = async () => {
    const ready = ports.isReady();
    try {
      if (ready) await ports.heartbeats.beat(WORKER_SERVICE, new Date(), TTL_SECONDS, ports.detail);
    } catch (error) {
      ports.onError(error);
    }
    setTimeout(turn, ready ? BEAT_EVERY : FIRST_BEAT_AFTER).unref();
  };
  void turn();
}
