import type { VectorIndex } from '#shared/vector-index/vector-index.ts';
import type { Health, HealthCheck } from './health.ts';
import type { Heartbeats } from './heartbeats.ts';

/** Milliseconds after which a check counts as down. */
const TIMEOUT_MS = 5_000;
/** Milliseconds since the last heartbeat after which the worker counts as gone; it sends one every 20 s. */
const STALE_AFTER_MS = 60_000;
const WORKER = 'gpu-worker';

export interface CheckResult extends Health {
  latency_ms: number;
}

export interface Readiness<Name extends string> {
  status: Health['status'];
  checks: Record<Name, CheckResult>;
}

/** Milliseconds for which a process repeats its last result. */
const CACHED_MS = 10_000;

/** Returns `checkReadiness`, run at most once in ten seconds and once at a time: anyone may ask. */
export function cachedReadiness<Name extends string>(
  checks: Readonly<Record<Name, HealthCheck>>,
  now: () => number = () => performance.now(),
): () => Promise<Readiness<Name>> {
  let last: { result: Promise<Readiness<Name>>; finishedAt?: number } | undefined;
  return () => {
    if (last && (last.finishedAt === undefined || now() - last.finishedAt < CACHED_MS)) return last.result;
    const refresh: typeof last = { result: checkReadiness(checks) };
    last = refresh;
    return refresh.result.finally(() => {
      refresh.finishedAt = now();
    });
  };
}

const PUBLIC_DETAIL = { ok: 'available', degraded: 'restricted', down: 'unavailable' } as const;

/** Returns the result without the details of the installation, for callers without a credential. */
export function publicReadiness<Name extends string>({ status, checks }: Readiness<Name>): Readiness<Name> {
  const entries = Object.entries<CheckResult>(checks).map(([name, check]) => [
    name,
    { ...check, detail: PUBLIC_DETAIL[check.status] },
  ]);
  return { status, checks: Object.fromEntries(entries) as Record<Name, CheckResult> }; // fromEntries loses the literal types
}

/** Runs all checks concurrently and returns the worst status. */
export async function checkReadiness<Name extends string>(
  checks: Readonly<Record<Name, HealthCheck>>,
): Promise<Readiness<Name>> {
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
  const timeout = new Promise<Health>((resolve) =>
    setTimeout(resolve, TIMEOUT_MS, { status: 'down', detail: `no answer within ${TIMEOUT_MS} ms` }).unref(),
  );
  const health = await Promise.race([check(), timeout]).catch(
    (error: unknown): Health => ({
      status: 'down',
      detail: error instanceof Error ? error.name : 'no answer',
    }),
  );
  return { ...health, latency_ms: Math.round(performance.now() - startedAt) };
}

/** Checks that the activity table can be read. */
export const databaseHealth =
  (heartbeats: Heartbeats): HealthCheck =>
  async () => {
    await heartbeats.last(WORKER);
    return { status: 'ok', detail: 'tables readable' };
  };

/** Checks the gpu-worker's last heartbeat. Without a worker, searches work and uploads wait: degraded. */
export const embeddingHealth =
  (heartbeats: Heartbeats, now: () => Date = () => new Date()): HealthCheck =>
  async () => {
    const heartbeat = await heartbeats.last(WORKER);
    if (!heartbeat)
      return { status: 'degraded', detail: 'no worker is running; uploads wait until one starts' };
    const age = now().getTime() - Date.parse(heartbeat.at);
    if (age > STALE_AFTER_MS)
      return { status: 'degraded', detail: `the worker's last heartbeat is ${Math.round(age / 1000)} s old` };
    return { status: 'ok', detail: heartbeat.detail };
  };

/** Checks that the index answers, and by itself: a domain's service has no endpoint in the private network. */
export const vectorIndexHealth =
  (index: VectorIndex): HealthCheck =>
  async () => {
    const { status, detail } = await index.health();
    return { status, detail: detail ?? 'index reachable' };
  };
