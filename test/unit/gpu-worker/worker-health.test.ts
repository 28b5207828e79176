import type { AddressInfo } from 'node:net';
import { describe, expect, it } from 'vitest';
import { healthServer } from '../../../gpu-worker/health-server.ts';
import { workerHealth } from '../../../gpu-worker/worker-health.ts';

describe('worker health', () => {
  it('is ready once the models are loaded and while polls succeed', () => {
    let now = 0;
    const health = workerHealth(() => now);
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

  it('is live while the loop iterates', () => {
    let now = 0;
    const health = workerHealth(() => now);
    now += 299_999;
    expect(health.isLive()).toBe(true);
    now += 1;
    expect(health.isLive()).toBe(false);
    health.iterated();
    expect(health.isLive()).toBe(true);
  });
});

it('serves /live and /ready only', async () => {
  let ready = false;
  const server = await healthServer(0, { ...workerHealth(), isReady: () => ready });
  try {
    const { port } = server.address() as AddressInfo; // it listens on TCP
    const statusOf = async (path: string) => (await fetch(`http://127.0.0.1:${port}${path}`)).status;
    expect(await Promise.all([statusOf('/live'), statusOf('/ready'), statusOf('/')])).toEqual([
      200, 503, 404,
    ]);
    ready = true;
    expect(await statusOf('/ready')).toBe(200);
  } finally {
    server.closeAllConnections();
    server.close();
  }
});
