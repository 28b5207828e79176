/** How a part of the system is. `degraded`: it serves, but not as it should. */
export interface Health {
  status: 'ok' | 'degraded' | 'down';
  detail: string;
}

/** Asks one part. It may throw: then the part is down. */
export type HealthCheck = () => Promise<Health>;
