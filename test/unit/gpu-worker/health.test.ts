import type { AddressInfo } from 'node:net';
import { describe, expect, it } from 'vitest';
import { healthServer } from '../../../gpu-worker/health-server.ts';
import { vitals } from '../../../gpu-worker/vitals.ts';

describe('vitals', () => {
  it('are ready once the models are loaded and a poll succeeded, for as long as polls succeed', () => {
    let now = 0;
    const health = vitals(() => now);
    expect([health.isLive(), health.isReady()]).toEqual([true, false]);
    health.polled();
    expect(health.isReady()).toBe(false);
    health.modelsLoaded();
    expect(health.isReady()).toBe(true);
    now += 60_000;
    expect([health.isLive(), health.isReady()]).toEqual([true, false]);
    health.polled();
    expect(health.isReady()).toBe(true);
  });

  it('are live while the loop comes round', () => {
    let now = 0;
    const health = vitals(() => now);
    now += 299_999;
    expect(health.isLive()).toBe(true);
    now += 1;
    expect(health.isLive()).toBe(false);
    health.turned();
    expect(health.isLive()).toBe(true);
  });
});

it('answers on /live and /ready, and nowhere else', async () => {
  let ready = false;
  const server = await healthServer(0, { ...vitals(), isReady: () => ready });
  try {
    const { port } = server.address() as AddressInfo; // it listens on TCP
    const ask = async (path: string) => (await fetch(`http://127.0.0.1:${port}${path}`)).status;
    expect(await Promise.all([ask('/live'), ask('/ready'), ask('/')])).toEqual([200, 503, 404]);
    ready = true;
    expect(await ask('/ready')).toBe(200);
  } finally {
    server.closeAllConnections();
    server.close();
  }
});
