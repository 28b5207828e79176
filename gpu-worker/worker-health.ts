/** Milliseconds since the last successful poll after which the worker is not ready; a long poll takes 20 s. */
const MAX_POLL_AGE_MS = 60_000;
/** Milliseconds since the last iteration of the loop after which the worker is stuck: no batch takes as long. */
const MAX_ITERATION_AGE_MS = 5 * 60_000;

/** Liveness and readiness of a worker, derived from what it reports. */
export interface WorkerHealth {
  /** Reports that the models are loaded on the requested execution provider. */
  modelsLoaded(): void;
  /** Reports a successful poll. */
  polled(): void;
  /** Reports an iteration of the loop, successful or not. */
  iterated(): void;
  isLive(): boolean;
  isReady(): boolean;
}

/** @param now milliseconds, monotonic */
export function workerHealth(now: () => number = () => performance.now()): WorkerHealth {
  let loaded = false;
  let lastPoll = Number.NEGATIVE_INFINITY;
  let lastIteration = now();
  return {
    modelsLoaded() {
      loaded = true;
    },
    polled() {
      lastPoll = now();
    },
    iterated() {
      lastIteration = now();
    },
    isLive: () => now() - lastIteration < MAX_ITERATION_AGE_MS,
    isReady: () => loaded && now() - lastPoll < MAX_POLL_AGE_MS,
  };
}
