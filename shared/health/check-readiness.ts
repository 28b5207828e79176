import type { VectorIndex } from '#shared/vector-index/vector-index.ts';
import type { Health, HealthCheck } from './health.ts';
import type { Heartbeats } from './heartbeats.ts';

/** A check that takes longer is taken as down, in milliseconds. */
const TIMEOUT = 5_000;
/** A worker beats every few seconds; after this long without one, in milliseconds, it is taken as gone. */
const STALE_AFTER = 60_000;
const WORKER = 'gpu-worker';

export interface CheckResult extends Health {
  latency_ms: number;
}

/** Asks every part at once. Down where one is down that a call needs; degraded where one is not as it should be. */
export async function checkReadiness<Name extends string>(
  checks: Readonly<Record<Name, HealthCheck>>,
): Promise<{ status: Health['status']; checks: Record<Name, CheckResult> }> {
  const names = Object.keys(checks) as Name[]; // Object.keys loses the literal types
  const results = await Promise.all(names.map((name) => timed(checks[name])));
  const statuses = results.map(({ status }) => status);
  return {
    status: statuses.includes('down') ? 'down' : statuses.includes('degraded') ? 'degraded' : 'ok',
    checks: Object.fromEntries(names.map((name, position) => [name, results[position]])) as Record<
      Name,
      CheckResult
    >,
  };
}

async function timed(check: HealthCheck): Promise<CheckResult> {
  const startedAt = performance.now();
  const late = new Promise<Health>((resolve) =>
    setTimeout(resolve, TIMEOUT, { status: 'down', detail: `no answer within ${TIMEOUT} ms` }).unref(),
  );
  const health = await Promise.race([check(), late]).catch(
    (error: unknown): Health => ({
      status: 'down',
      detail: error instanceof Error ? error.name : 'does not answer',
    }),
  );
  return { ...health, latency_ms: Math.round(performance.now() - startedAt) };
}

/** Whether the table of activity can be read. */
export const databaseHealth =
  (heartbeats: Heartbeats): HealthCheck =>
  async () => {
    await heartbeats.last(WORKER);
    return { status: 'ok', detail: 'the tables answer' };
  };

/** Whether a worker has lately said that it embeds. Without one, searches work and uploads wait: degraded. */
export const embeddingHealth =
  (heartbeats: Heartbeats, now: () => Date = () => new Date()): HealthCheck =>
  async () => {
    const beat = await heartbeats.last(WORKER);
    if (!beat)
      return { status: 'degraded', detail: 'no worker has been seen; uploads wait until one starts' };
    const age = now().getTime() - Date.parse(beat.at);
    if (age > STALE_AFTER)
      return { status: 'degraded', detail: `the last sign of a worker is ${Math.round(age / 1000)} s old` };
    return { status: 'ok', detail: beat.detail };
  };

/** The index, and where it is a domain, the domain's own state: the worse of the two. */
export const vectorIndexHealth =
  (index: VectorIndex, domain?: HealthCheck): HealthCheck =>
  async () => {
    const [own, around] = await Promise.all([index.health(), domain?.()]);
    const worse = around && (around.status === 'down' || own.status === 'ok') ? around : own;
    return { status: worse.status, detail: worse.detail ?? 'the index answers' };
  };
