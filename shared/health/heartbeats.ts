/** Signs of life of the services that no request reaches: the gpu-worker says that it is there, readiness reads it. */
export interface Heartbeats {
  /** @param ttlSeconds how long the sign counts */
  beat(service: string, at: Date, ttlSeconds: number, detail: string): Promise<void>;
  /** The last sign that still counts. `at` is RFC 3339. */
  last(service: string): Promise<{ at: string; detail: string } | undefined>;
}
