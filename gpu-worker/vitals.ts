/** A poll that takes this long, in milliseconds, is no long poll any more. */
const POLL_TOO_OLD = 60_000;
/** A worker that has not come round for this long, in milliseconds, is stuck: no batch takes as much. */
const TURN_TOO_OLD = 5 * 60_000;

/** What a worker knows of its own health. Times are of `performance.now()`. */
export interface Vitals {
  /** The models are loaded, and run on the provider that was asked for. */
  modelsLoaded(): void;
  /** A poll succeeded. */
  polled(): void;
  /** The loop came round, whether its poll succeeded or not. */
  turned(): void;
  isLive(): boolean;
  isReady(): boolean;
}

export function vitals(now: () => number = () => performance.now()): Vitals {
  let loaded = false;
  let lastPoll = Number.NEGATIVE_INFINITY;
  let lastTurn = now();
  return {
    modelsLoaded() {
      loaded = true;
    },
    polled() {
      lastPoll = now();
    },
    turned() {
      lastTurn = now();
    },
    isLive: () => now() - lastTurn < TURN_TOO_OLD,
    isReady: () => loaded && now() - lastPoll < POLL_TOO_OLD,
  };
}
