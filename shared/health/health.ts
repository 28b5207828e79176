/** Health of a dependency. `degraded`: it works with restrictions. */
export interface Health {
  status: 'ok' | 'degraded' | 'down';
  detail: string;
}

/** Checks one dependency; an error means down. */
export type HealthCheck = () => Promise<Health>;
