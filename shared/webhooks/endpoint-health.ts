import type { DisabledReason } from '#shared/kernel/vocabulary.ts';
import type { Verdict } from './classify-reply.ts';
import type { EndpointHealth } from './endpoint.ts';

const HOUR = 3_600_000;
/** Hours of failures only after which the tenant is told, and after which the endpoint is disabled. */
const WARNINGS = [24, 72];
const DISABLED_AFTER = 120;
/** Failures in a row after which one attempt at a time finds out if the receiver is back. */
export const MANY_FAILURES = 10;
/** Seconds between such attempts. */
const PROBE_EVERY = 300;

export const HEALTHY: EndpointHealth = { failures: 0 };

export interface HealthChange {
  health: EndpointHealth;
  /** Hours of failing that the tenant is to be told of. */
  warn?: number;
  disable?: DisabledReason;
}

/** Returns an endpoint’s health after an attempt; undefined if nothing has changed. */
export function healthAfter(health: EndpointHealth, verdict: Verdict, now: Date): HealthChange | undefined {
  if (verdict.attempt.outcome === 'delivered')
    return health.failures === 0 && health.paused_until === undefined ? undefined : { health: HEALTHY };
  const since = health.failing_since ?? now.toISOString();
  const hours = (now.getTime() - Date.parse(since)) / HOUR;
  const warn = WARNINGS.findLast((each) => hours >= each && each > (health.warned_hours ?? 0));
  const failures = health.failures + 1;
  const asked =
    now.getTime() + 1000 * Math.max(verdict.retryAfter ?? 0, failures >= MANY_FAILURES ? PROBE_EVERY : 0);
  const paused = Math.max(asked, Date.parse(health.paused_until ?? '') || 0);
  const disable = verdict.gone ? 'gone' : hours >= DISABLED_AFTER ? 'failing' : undefined;
  const warned = warn ?? health.warned_hours;
  return {
    health: {
      failures,
      failing_since: since,
      ...(warned !== undefined && { warned_hours: warned }),
      ...(paused > now.getTime() && { paused_until: new Date(paused).toISOString() }),
    },
    ...(warn !== undefined && { warn }),
    ...(disable && { disable }),
  };
}
