import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { Position } from '#shared/jobs/job.ts';
import { fillWindow } from '#shared/models/fill.ts';
import { phase } from '#shared/models/model-task.ts';
import { lanceDbVectorIndex } from '#shared/vector-index/lancedb-index.ts';
import type { VectorIndex } from '#shared/vector-index/vector-index.ts';
import { fileOf } from '../../fixtures/byte-files.ts';
import { memoryVectorIndex } from '../../memory/vector-index.ts';
import { VECTOR } from '../../unit/scans/embedded.ts';
import { ACME, scanWorld } from '../../unit/scans/world.ts';

const MODELS = ['first', 'second'];
const folder = mkdtempSync(join(tmpdir(), 'deeplens-lancedb-'));
const modulePath = createRequire(import.meta.url).resolve('@lancedb/lancedb');
afterAll(() => rm(folder, { recursive: true }));

/** A location with six pictures in the index, in two pages of its listing. */
async function worldWith(index: VectorIndex) {
  for (const model of MODELS) await index.prepare(model, VECTOR.length);
  const world = await scanWorld({ pageSize: 3, index, location: { on_missing: 'hide' } });
  for (let i = 0; i < 6; i += 1) world.storage.put(`${i}.jpg`, fileOf(3, 1));
  await world.scan();
  const { imageStore, publisher, now, steps } = world;
  /** The paths of the images that searches find, by model. */
  async function found(): Promise<string[][]> {
    const paths = new Map([...(await world.library())].map(([path, [image]]) => [image, path]));
    return Promise.all(
      MODELS.map(async (model) => {
        const candidates = await index.search(ACME, model, { semantic: VECTOR, copy: VECTOR, k: 50 });
        return candidates.map(({ imageId }) => (paths.get(imageId) ?? 'unknown').slice(0, 1)).sort();
      }),
    );
  }
  async function fill(model: string): Promise<void> {
    const ports = { imageStore, publisher, now, blobs: { bucket: 'memory' }, settleSeconds: 0 };
    let position: Position | 'done' = phase({ tenant_id: ACME }, 'fill', now());
    for (let visits = 0; position !== 'done' && visits < 20; visits += 1) {
      ({ position } = await fillWindow(ports)(ACME, model, position));
      await steps.pipeline();
    }
    expect(position).toBe('done');
  }
  return { ...world, found, fill };
}

describe.each([
  ['memory', async () => memoryVectorIndex()],
  ['LanceDB', () => lanceDbVectorIndex({ uri: mkdtempSync(join(folder, 'index-')), modulePath })],
])('a picture that is missing from its storage, with the index in %s', (_, open) => {
  it('is in no results of searches, by no model, until it returns', async () => {
    const { scan, storage, found, fill } = await worldWith(await open());
    const all = ['0', '1', '2', '3', '4', '5'];
    expect(await found()).toEqual([all, []]);
    storage.faults.page = (page) => (page === 1 ? 'end' : undefined); // the listing lacks the second page
    await scan();
    expect(await found()).toEqual([all, []]);
    expect((await scan()).progress).toMatchObject({ missing: 3 });
    expect(await found()).toEqual([all.slice(0, 3), []]);
    await fill('second');
    expect(await found()).toEqual([all.slice(0, 3), all.slice(0, 3)]);
    storage.faults.page = () => undefined;
    const opened = storage.calls.open;
    expect((await scan()).progress).toMatchObject({ same: 6, restored: 3 });
    expect(await found()).toEqual([all, all]); // embedded by the second model while it was hidden
    expect(storage.calls.open).toBe(opened);
  });

  it('is replaced by what is there under its name', async () => {
    const { scan, storage, found, fill } = await worldWith(await open());
    await fill('second');
    storage.remove('4.jpg');
    await scan();
    await scan();
    expect(await found()).toEqual([
      ['0', '1', '2', '3', '5'],
      ['0', '1', '2', '3', '5'],
    ]);
    storage.put('4.jpg', fileOf(4, 1));
    expect((await scan()).progress).toMatchObject({ changed: 1, indexed: 1 });
    expect((await found())[0]).toEqual(['0', '1', '2', '3', '4', '5']);
  });
});
