import { describe, expect, it } from 'vitest';
import {
  checkReadiness,
  databaseHealth,
  embeddingHealth,
  vectorIndexHealth,
} from '#shared/health/check-readiness.ts';
import type { Health } from '#shared/health/health.ts';
import { memoryHeartbeats } from '../../memory/image-store.ts';
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

  it('reports the worse of the index and its domain', async () => {
    expect((await vectorIndexHealth(memoryVectorIndex())()).status).toBe('ok');
    expect((await vectorIndexHealth(memoryVectorIndex(), checkWith('degraded'))()).status).toBe('degraded');
    expect((await vectorIndexHealth(memoryVectorIndex(), checkWith('down'))()).status).toBe('down');
  });
});
