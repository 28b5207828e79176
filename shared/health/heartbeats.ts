/** Heartbeats of services that receive no requests: the gpu-worker writes them, the readiness check reads them. */
export interface Heartbeats {
  /** @param ttlSeconds validity of the heartbeat */
  record(service: string, at: Date, ttlSeconds: number, detail: string): Promise<void>;
  /** Returns the last heartbeat that is still valid. `at` is RFC 3339. */
  last(service: string): Promise<{ at: string; detail: string } | undefined>;
}
