import { describe, expect, it } from 'vitest';
import {
  cachedReadiness,
  checkReadiness,
  databaseHealth,
  embeddingHealth,
  publicReadiness,
  vectorIndexHealth,
} from '#shared/health/check-readiness.ts';
import type { Health } from '#shared/health/health.ts';
import { memoryHeartbeats } from '../../memory/heartbeats.ts';
import { memoryVectorIndex } from '../../memory/vector-index.ts';

const checkWith = (status: Health['status']) => async (): Promise<Health> => ({ status, detail: status });

describe('readiness', () => {
  it.each([
    [['ok', 'ok'], 'ok'],
    [['ok', 'degraded'], 'degraded'],
    [['degraded', 'down'], 'down'],
  ] as const)('of checks that are %s is %s', async ([a, b], status) => {
    const result = await checkReadiness({ a: checkWith(a), b: checkWith(b) });
    expect(result).toMatchObject({ status, checks: { a: { status: a }, b: { status: b } } });
  });

  it('reports a check that throws as down, without its message', async () => {
    const { status, checks } = await checkReadiness({ a: () => Promise.reject(new TypeError('secret')) });
    expect([status, checks.a.detail]).toEqual(['down', 'TypeError']);
  });

  it('calls the dependencies once for all who ask at the same time or within ten seconds', async () => {
    let [calls, now] = [0, 0];
    const counted = async (): Promise<Health> => ({ status: 'ok', detail: `call ${++calls}` });
    const ready = cachedReadiness({ a: counted }, () => now);
    await Promise.all(Array.from({ length: 50 }, ready));
    now = 9_999;
    await ready();
    expect(calls).toBe(1);
    now = 10_000;
    await Promise.all([ready(), ready()]);
    expect(calls).toBe(2);
  });

  it('tells callers without a credential the status of a check, and nothing about the installation', async () => {
    const details = { a: checkWith('ok'), b: checkWith('degraded'), c: checkWith('down') };
    const result = publicReadiness(await checkReadiness(details));
    expect(result).toMatchObject({ status: 'down', checks: { a: { status: 'ok' }, c: { status: 'down' } } });
    expect(Object.values(result.checks).map(({ detail }) => detail)).toEqual([
      'available',
      'restricted',
      'unavailable',
    ]);
    expect(result.checks.a.latency_ms).toEqual(expect.any(Number));
  });

  it('checks the worker by its heartbeat', async () => {
    const heartbeats = memoryHeartbeats();
    const now = new Date();
    const check = embeddingHealth(heartbeats, () => now);
    expect((await check()).status).toBe('degraded');
    await heartbeats.record('gpu-worker', new Date(now.getTime() - 5_000), 3600, 'cpu');
    expect(await check()).toEqual({ status: 'ok', detail: 'cpu' });
    await heartbeats.record('gpu-worker', new Date(now.getTime() - 120_000), 3600, 'cpu');
    expect((await check()).status).toBe('degraded');
    expect((await databaseHealth(heartbeats)()).status).toBe('ok');
  });

  it('reports the index by what it says of itself', async () => {
    const index = memoryVectorIndex();
    expect(await vectorIndexHealth(index)()).toEqual({ status: 'ok', detail: 'index reachable' });
    const yellow = {
      ...index,
      health: async () => ({ status: 'degraded' as const, detail: 'The cluster is yellow.' }),
    };
    expect(await vectorIndexHealth(yellow)()).toEqual({
      status: 'degraded',
      detail: 'The cluster is yellow.',
    });
  });
});
