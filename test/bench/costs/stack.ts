import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { DeepLens } from '@deeplens/sdk';
import { tenantId } from '#shared/kernel/ids.ts';
import type { Cleanups } from '../../../infra/local/cleanups.ts';
import type { Home } from '../../../infra/local/home.ts';
import { PlainError } from '../../../infra/local/steps.ts';
import { startSystem } from '../../../infra/local/system.ts';
import { forgetTestHome, newTestHome } from '../../../infra/local/test-home.ts';
import type { Picture } from './pictures.ts';
import { type Used, usedBy } from './processes.ts';

/** All of DeepLens, deployed to an emulator of its own, and a tenant of it. */
export interface Stack {
  home: Home;
  emulatorUrl: string;
  /** Where the functions keep the index. */
  indexDir: string;
  tenant: ReturnType<typeof tenantId>;
  api: DeepLens;
  /** Returns what the processes of each function have used. */
  used(): Promise<Map<string, Used>>;
}

const POLL_MS = 2_000;
/** Functions that use less CPU than this between two polls are done. */
const QUIET_MS = 150;
const INDEXED_LIMIT_MS = 600_000;

export async function startStack(cleanups: Cleanups): Promise<Stack> {
  const home = await newTestHome('bench');
  cleanups.add(() => forgetTestHome(home));
  const { local } = await startSystem(home, 0, cleanups);
  const tenant = tenantId('bench');
  const operator = new DeepLens({ baseUrl: local.api_url, token: local.admin_token });
  const { api_key: apiKey = '' } = await operator.admin.tenants.create({
    ...{ tenant_id: tenant, name: 'Benchmark', plan: 'enterprise' },
  });
  return {
    home,
    emulatorUrl: local.emulator_url,
    indexDir: join(home.state, 'lancedb'),
    tenant,
    api: new DeepLens({ baseUrl: local.api_url, apiKey }),
    used: () => usedBy(home.state, local.pids['gpu-worker'] ?? 0),
  };
}

/**
 * Uploads pictures and waits until all are indexed and all that follows is done.
 * @returns seconds from the first form to the last `indexed`
 */
export async function ingest({ api, used }: Stack, pictures: readonly Picture[]): Promise<number> {
  const startedAt = Date.now();
  const files = pictures.map(({ name, bytes }) => ({
    file: new Blob([new Uint8Array(bytes)], { type: 'image/jpeg' }),
    filename: name,
  }));
  const ids = new Set<string>();
  for await (const outcome of api.uploads.files(files)) {
    if (outcome.status === 'failed')
      throw new PlainError(`${outcome.item.filename} could not be uploaded: ${outcome.error.message}`);
    ids.add(outcome.image_id);
  }
  let last = startedAt;
  for (const end = Date.now() + INDEXED_LIMIT_MS; ids.size > 0; ) {
    if (Date.now() > end) throw new PlainError(`${ids.size} pictures are not indexed.`);
    await sleep(POLL_MS);
    for await (const image of api.images.list({ status: 'indexed', limit: 100 })) {
      if (ids.delete(image.image_id) && image.indexed_at) last = Math.max(last, Date.parse(image.indexed_at));
      if (ids.size === 0) break;
    }
  }
  await quiet(used);
  return (last - startedAt) / 1000;
}

/** Waits until no function works any more: detection, archive and meter follow the last `indexed`. */
async function quiet(used: Stack['used']): Promise<void> {
  const total = async () => [...(await used()).values()].reduce((sum, { cpuMs }) => sum + cpuMs, 0);
  for (let before = await total(); ; ) {
    await sleep(POLL_MS);
    const now = await total();
    if (now - before < QUIET_MS) return;
    before = now;
  }
}
